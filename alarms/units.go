package alarms

import (
	"math"
	"regexp"
)

// A scale turns a value into another unit: value × factor + offset, rounded to
// the steps in which limits of that unit are set.
type scale struct{ factor, offset, step float64 }

// 1 kPa is 7.50062 mmHg and 10.1972 cmH2O (BIPM; density of water and mercury
// by convention). Limits of kPa and °F are set to one decimal.
var scales = map[[2]string]scale{
	{"mm[Hg]", "kPa"}: {1 / 7.50062, 0, 0.1},
	{"kPa", "mm[Hg]"}: {7.50062, 0, 1},
	{"Cel", "[degF]"}: {1.8, 32, 0.1},
	{"[degF]", "Cel"}: {1 / 1.8, -32 / 1.8, 0.1},
	{"mm", "mV"}:      {0.1, 0, 0.01}, // ST: 10 mm are 1 mV on paper of the usual gain
	{"mV", "mm"}:      {10, 0, 0.1},
}

var annotation = regexp.MustCompile(`\{[^}]*\}`)

// unit takes the annotations off a UCUM unit: "{beats}/min" and "1/min" are "/min".
func unit(ucum string) string {
	if ucum = annotation.ReplaceAllString(ucum, ""); ucum == "1/min" {
		return "/min"
	}
	return ucum
}

// in translates limits from one UCUM unit to another; false if that cannot be done.
func (l Limits) in(from, to string) (Limits, bool) {
	if from, to = unit(from), unit(to); from == to {
		return l, true
	}
	s, ok := scales[[2]string{from, to}]
	if !ok {
		return l, false
	}
	for _, v := range []*float64{&l.Low, &l.High, &l.ExtremeLow, &l.ExtremeHigh} {
		// Dividing by a whole number gives the decimal that is meant: 6.7, not 6.700000000000001.
		per := math.Round(1 / s.step)
		*v = math.Round((*v*s.factor+s.offset)*per) / per
	}
	l.Hysteresis *= s.factor
	return l, true
}
