package charts

import (
	"iter"
	"sort"
	"time"

	"lamplight/mdib"
)

// run is a stretch of rows without a gap. Those of them that have no value are
// to be passed over.
type run struct {
	rows     []mdib.Rollup
	from, to time.Time
}

// runs walks the stretches without a gap.
func runs(rows []mdib.Rollup) iter.Seq[run] {
	return func(yield func(run) bool) {
		var r run
		first := -1
		for i := range rows {
			if !has(rows[i]) {
				continue
			}
			if first >= 0 && rows[i].Start.Sub(r.to) > beat {
				if !yield(r) {
					return
				}
				first = -1
			}
			if first < 0 {
				first, r.from, r.to = i, rows[i].Start, rows[i].Start
			}
			r.rows = rows[first : i+1]
			if end := rows[i].Start.Add(rows[i].Span); end.After(r.to) {
				r.to = end
			}
		}
		if first >= 0 {
			yield(r)
		}
	}
}

// merge sums up the rows that begin within the same span, counted from a fixed
// time so that a picture that moves does not shimmer.
func merge(r run, span time.Duration) iter.Seq[mdib.Rollup] {
	return func(yield func(mdib.Rollup) bool) {
		var m mdib.Rollup
		var place int64
		for i := range r.rows {
			row := &r.rows[i]
			if !has(*row) {
				continue
			}
			at := int64(0)
			if span > 0 {
				at = row.Start.UnixNano() / int64(span)
			}
			if m.Count > 0 && (at != place || row.Span >= span) {
				if !yield(m) {
					return
				}
				m = mdib.Rollup{}
			}
			place = at
			m = join(m, row)
		}
		if m.Count > 0 {
			yield(m)
		}
	}
}

// join adds a row to a sum of rows before it.
func join(m mdib.Rollup, row *mdib.Rollup) mdib.Rollup {
	if m.Count == 0 {
		m = *row
		m.Min, m.Max = orElse(row.Min, row.Mean), orElse(row.Max, row.Mean)
		return m
	}
	n := m.Count + row.Count
	m.Mean += (row.Mean - m.Mean) * float64(row.Count) / float64(n)
	m.Min, m.Max = min(m.Min, orElse(row.Min, row.Mean)), max(m.Max, orElse(row.Max, row.Mean))
	m.Count = n
	m.Span = max(m.Span, row.Start.Add(row.Span).Sub(m.Start))
	return m
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
