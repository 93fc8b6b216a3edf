package physiology

import "sort"

// A series holds the beats or breaths around the moment that is asked for.
// Each follows from the one before, so the series grows forwards; what is far
// behind is forgotten, and made again from the start when it is asked for.
// The values are the same whatever was asked before.
type series[T any] struct {
	first T
	next  func(T, int64) T
	when  func(T) float64

	items []T
	base  int64 // index of items[0]
}

const seriesLimit = 8192

// reach makes the series hold everything up to t, and enough before it.
func (s *series[T]) reach(t float64) {
	if len(s.items) == 0 || s.base > 0 && t-seriesMargin < s.when(s.items[0]) {
		s.items, s.base = append(s.items[:0], s.first), 0
	}
	for s.when(s.items[len(s.items)-1]) <= t {
		if len(s.items) == seriesLimit {
			n := copy(s.items, s.items[seriesLimit/2:])
			s.items, s.base = s.items[:n], s.base+seriesLimit/2
		}
		s.items = append(s.items, s.next(s.items[len(s.items)-1], s.base+int64(len(s.items))))
	}
}

// seriesMargin is how far back from the asked moment anything looks, in seconds.
const seriesMargin = 75

// index gives the place in items of the last one at or before t, 0 at least.
func (s *series[T]) index(t float64) int {
	s.reach(t)
	i := sort.Search(len(s.items), func(i int) bool { return s.when(s.items[i]) > t })
	return max(0, i-1)
}

// at gives the last one at or before t.
func (s *series[T]) at(t float64) T { return s.items[s.index(t)] }

// between gives those with from < time <= to, in order. The slice is good until
// the next call.
func (s *series[T]) between(from, to float64) []T {
	hi := s.index(to) + 1
	if s.when(s.items[hi-1]) > to {
		hi-- // even the first one comes later
	}
	lo := hi
	for lo > 0 && s.when(s.items[lo-1]) > from {
		lo--
	}
	return s.items[lo:hi]
}
