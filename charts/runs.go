package charts

import (
	"iter"
	"sort"
	"time"

	"lamplight/mdib"
)

// run is a stretch of rows without a gap: rows[first:last], of which those
// without a value are to be passed over.
type run struct {
	first, last int
	from, to    time.Time
}

// runs walks the stretches without a gap.
func runs(rows []mdib.Rollup) iter.Seq[run] {
	return func(yield func(run) bool) {
		var r run
		for i := range rows {
			if !has(rows[i]) {
				continue
			}
			if r.last > 0 && rows[i].Start.Sub(r.to) > beat {
				if !yield(r) {
					return
				}
				r.last = 0
			}
			if r.last == 0 {
				r.first, r.from, r.to = i, rows[i].Start, rows[i].Start
			}
			r.last = i + 1
			if end := rows[i].Start.Add(rows[i].Span); end.After(r.to) {
				r.to = end
			}
		}
		if r.last > 0 {
			yield(r)
		}
	}
}

// startIndex is the number of rows that begin at t or before.
func startIndex(rows []mdib.Rollup, t time.Time) int {
	return sort.Search(len(rows), func(i int) bool { return rows[i].Start.After(t) })
}

// within gives the rows that touch the time from…to, and one more at each
// side, so that lines enter and leave the picture.
func within(rows []mdib.Rollup, from, to time.Time) []mdib.Rollup {
	a := max(startIndex(rows, from)-2, 0)
	b := min(startIndex(rows, to)+1, len(rows))
	return rows[a:max(a, b)]
}
