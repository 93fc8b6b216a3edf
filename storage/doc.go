// Package storage keeps the record: every description, number, wave, alert,
// link state, encounter and gap, in one SQLite file, and the tape from which
// the hospital is told. It is the only package that knows SQLite.
//
// One goroutine writes, one transaction a second, with synchronous FULL: what
// was committed survives a pulled plug, and what was not is at most the last
// second. [DB.Record] never waits for it. Readers have connections of their own
// and never hold the writer up.
//
// # What the file holds
//
// Every transaction that keeps something has a number, seq, that only grows.
// It, not the clock, orders the record: a clock set back overwrites nothing.
// Times are nanoseconds since 1970 UTC; the least int64 stands for no time.
// The tables are written out in migrations/. Values and waves are packed, one
// row for the whole ward per transaction (numerics, waves); the table span says
// which rows hold something of which ten seconds, so that a window is found
// without reading the rest. Everything rarer is a plain row.
//
// # Bytes of a packed row
//
//	row    = version(1) block*            version is 1
//	block  = uvarint(length of payload) payload crc32c(payload, 4 bytes, little-endian)
//	payload of numerics = head uvarint(count) numeric* uvarint(count) enum*
//	payload of waves    = head uvarint(count) run*
//	head    = uvarint(mds) uvarint(encounter) uvarint(description)   row ids, 0 is none
//	item    = uvarint(metric) varint(time) varint(received) byte(validity) byte(mode)
//	numeric = item byte(decimals) byte(form) value
//	          form 0: varint(value × 10^decimals), 1: 8 bytes IEEE 754 little-endian, 2: no value (NaN)
//	enum    = item text(code system) text(code value) text(code refid) text(words)
//	run     = item uvarint(period) samples marks
//	text    = uvarint(length) UTF-8
//	samples = uvarint(count) [ method(1) uvarint(step) varint(first) bits ]   nothing in [] when count is 0
//	marks   = uvarint(count of stretches) { varint(at − end of the last stretch) byte(kind) uvarint(length − 1) }
//
// A block is what one device said in one transaction within one encounter; its
// checksum covers it alone, so that damage costs one block. Time and received
// are differences from the item before, the first from the row's own at.
// varint is zig-zag. period is in nanoseconds, 0 when the device never told.
//
// Samples are coded without loss, with integers only. method is 0x10 + order.
// Each sample is first + step × x; the residuals of x after taking differences
// order times (0 to 3, as if preceded by zeros) are zig-zagged and coded from
// the second sample on in groups of 64: five bits k, then each residual as
// (residual >> k) ones, a zero and its k low bits. 24 ones without a zero are
// followed by 40 bits that are the residual itself. k of 31 says that the whole
// group is zero. Bits fill bytes from the top. When step is 0 all samples
// equal the first and there are no bits. Where a wave is interrupted, a new run
// begins: nothing inside a run stands for "no sample".
package storage
