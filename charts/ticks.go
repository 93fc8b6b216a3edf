package charts

import (
	"math"
	"time"
)

// timeSteps are the distances between ticks that people read at a glance.
// Those of a day and more count in calendar days.
var timeSteps = [...]time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	day, 2 * day, 7 * day, 14 * day, 28 * day, 56 * day, 112 * day, 364 * day,
}

const day = 24 * time.Hour

type timeTick struct {
	at    time.Time
	label string
}

// timeTicks gives at most n ticks from…to, where the clock of the zone shows
// round times. Midnight is labelled with its date.
func timeTicks(from, to time.Time, n int, zone *time.Location) []timeTick {
	if n < 1 || !to.After(from) {
		return nil
	}
	if zone == nil {
		zone = time.Local
	}
	span := to.Sub(from)
	i := 0
	for i < len(timeSteps)-1 && span/timeSteps[i] >= time.Duration(n) {
		i++
	}
	step := timeSteps[i]
	if span/step >= time.Duration(n) {
		return nil // generations: no tick is far enough from the next
	}
	format := "15:04"
	if step < time.Minute {
		format = "15:04:05"
	}
	dated := "2 Jan"
	if step > 28*day {
		dated = "2 Jan 2006"
	}
	y, m, d := from.In(zone).Date()
	var ticks []timeTick
	for {
		midnight := time.Date(y, m, d, 0, 0, 0, 0, zone)
		if midnight.After(to) {
			return ticks
		}
		if step >= day {
			// Weeks begin on Mondays: 5 January 1970 was one.
			number := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/86400 - 4
			if number%int64(step/day) == 0 && !midnight.Before(from) {
				ticks = append(ticks, timeTick{midnight, midnight.Format(dated)})
			}
		} else {
			ticks = dayTicks(ticks, midnight, time.Date(y, m, d+1, 0, 0, 0, 0, zone), from, to, step, format)
		}
		y, m, d = time.Date(y, m, d+1, 12, 0, 0, 0, time.UTC).Date()
	}
}

// dayTicks adds the ticks of one day, which may have 23 or 25 hours.
func dayTicks(ticks []timeTick, midnight, next, from, to time.Time, step time.Duration, format string) []timeTick {
	t := midnight
	if from.After(t) { // go near at once
		t = t.Add(from.Sub(t).Truncate(time.Hour))
	}
	small := min(step, time.Hour)
	for ; t.Before(next) && !t.After(to); t = t.Add(small) {
		clock := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second
		if t.Before(from) || clock%step != 0 {
			continue
		}
		label := t.Format(format)
		if clock == 0 {
			label = t.Format("2 Jan")
		}
		ticks = append(ticks, timeTick{t, label})
	}
	return ticks
}

// valueTicks divides low to high at round values into about n parts.
func valueTicks(low, high float64, n int) []float64 {
	span := high - low
	if n < 1 || !(span > 0) || math.IsInf(span, 0) {
		return nil
	}
	step := math.Pow(10, math.Floor(math.Log10(span/float64(n))))
	for _, f := range []float64{1, 2, 5, 10} {
		if span/(step*f) <= float64(n)+0.5 {
			step *= f
			break
		}
	}
	var ticks []float64
	for k := math.Ceil(low/step - 1e-9); k*step <= high+span*1e-9 && len(ticks) < n+3; k++ {
		ticks = append(ticks, k*step)
	}
	return ticks
}
