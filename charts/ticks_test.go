package charts

import (
	"slices"
	"testing"
	"time"
)

func labels(ticks []timeTick) (all []string) {
	for _, t := range ticks {
		all = append(all, t.label)
	}
	return all
}

func zone(t *testing.T, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("needs the time zone table of the system: %v", err)
	}
	return z
}

func TestTimeTicks(t *testing.T) {
	for _, c := range []struct {
		name string
		from time.Time
		span time.Duration
		n    int
		want []string
	}{
		{"a minute", time.Date(2026, 3, 1, 12, 0, 10, 0, time.UTC), time.Minute, 6, []string{"12:00:15", "12:00:30", "12:00:45", "12:01:00"}},
		{"four hours", time.Date(2026, 3, 1, 10, 32, 0, 0, time.UTC), 4 * time.Hour, 10, []string{"11:00", "11:30", "12:00", "12:30", "13:00", "13:30", "14:00", "14:30"}},
		{"over midnight", time.Date(2026, 3, 1, 22, 30, 0, 0, time.UTC), 4 * time.Hour, 6, []string{"23:00", "2 Mar", "01:00", "02:00"}},
		{"a day", time.Date(2026, 3, 1, 7, 5, 0, 0, time.UTC), 24 * time.Hour, 9, []string{"09:00", "12:00", "15:00", "18:00", "21:00", "2 Mar", "03:00", "06:00"}},
		{"a month", time.Date(2026, 3, 1, 7, 0, 0, 0, time.UTC), 30 * day, 8, []string{"2 Mar", "9 Mar", "16 Mar", "23 Mar", "30 Mar"}},
		{"two years", epoch, 730 * day, 9, []string{"8 Jun 2026", "28 Sep 2026", "18 Jan 2027", "10 May 2027", "30 Aug 2027", "20 Dec 2027"}},
		{"no room", epoch, time.Hour, 0, nil},
		{"no time", epoch, 0, 5, nil},
		{"centuries", epoch, 200 * 365 * day, 1, nil},
	} {
		if got := labels(timeTicks(c.from, c.from.Add(c.span), c.n, time.UTC)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Ticks stay on round hours of the wall clock when it is changed.
func TestTimeTicksOverSummerTime(t *testing.T) {
	z := zone(t, "Europe/Zurich")
	spring := time.Date(2026, 3, 28, 23, 0, 0, 0, z)
	if got, want := labels(timeTicks(spring, spring.Add(8*time.Hour), 9, z)), []string{"23:00", "29 Mar", "01:00", "03:00", "04:00", "05:00", "06:00", "07:00", "08:00"}; !slices.Equal(got, want) {
		t.Errorf("spring: %v, want %v", got, want)
	}
	autumn := time.Date(2026, 10, 24, 12, 0, 0, 0, z)
	if got, want := labels(timeTicks(autumn, autumn.Add(25*time.Hour), 5, z)), []string{"12:00", "18:00", "25 Oct", "06:00", "12:00"}; !slices.Equal(got, want) {
		t.Errorf("autumn: %v, want %v", got, want)
	}
}

// Whatever the span, ticks are in order, within, evenly labelled and not too many.
func TestTicksFitTheirRoom(t *testing.T) {
	for span := 10 * time.Second; span < 400*day; span = span * 13 / 10 {
		for _, n := range []int{3, 8, 15} {
			from := epoch.Add(span / 7)
			ticks := timeTicks(from, from.Add(span), n, time.UTC)
			if len(ticks) > n+1 || len(ticks) < n/4 {
				t.Errorf("%v: %d ticks for room of %d", span, len(ticks), n)
			}
			for i, k := range ticks {
				if k.at.Before(from) || k.at.After(from.Add(span)) || i > 0 && !k.at.After(ticks[i-1].at) {
					t.Errorf("%v: tick %v is out of order or out of the picture", span, k.at)
				}
			}
		}
	}
}

func TestValueTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		n         int
		want      []float64
	}{
		{0, 160, 5, []float64{0, 50, 100, 150}},
		{60, 100, 5, []float64{60, 70, 80, 90, 100}},
		{35, 40, 6, []float64{35, 36, 37, 38, 39, 40}},
		{-10, 30, 4, []float64{-10, 0, 10, 20, 30}},
		{0, 40, 2, []float64{0, 20, 40}},
		{40, 160, 2, []float64{50, 100, 150}},
		{5, 5, 4, nil},
		{9, 3, 4, nil},
	} {
		got := valueTicks(c.low, c.high, c.n)
		if !slices.Equal(got, c.want) {
			t.Errorf("%v…%v in %d: %v, want %v", c.low, c.high, c.n, got, c.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		40 * time.Second: "40 s", 9 * time.Minute: "9 min", 99 * time.Minute: "99 min", 130 * time.Minute: "2 h 10 min",
		3 * time.Hour: "3 h", 30 * time.Hour: "30 h", 5 * day: "5 d",
	} {
		if got := duration(d); got != want {
			t.Errorf("%v is written %q, want %q", d, got, want)
		}
	}
}
