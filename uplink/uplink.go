// Package uplink carries the record to the hospital: it reads what storage has
// written and a target has not yet acknowledged, and sends it until it is.
package uplink

import (
	"context"

	"lamplight/mdib"
)

// Outbox is storage as the uplink sees it: a tape per target with a cursor.
type Outbox interface {
	// Next gives the records after the target's cursor, at most max; an empty
	// batch when the target has them all.
	Next(ctx context.Context, target string, max int) (mdib.Batch, error)
	// Ack moves the cursor past b and parks what was rejected, in one transaction.
	Ack(ctx context.Context, target string, b mdib.Batch, r mdib.Result) error
}

// Target sends a batch. Sending the same batch twice must be harmless. An error
// means that nothing is known to have arrived and the batch is to be sent again.
type Target interface {
	Send(ctx context.Context, b mdib.Batch) (mdib.Result, error)
}
