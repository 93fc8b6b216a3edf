package charts

import (
	"math"
	"strconv"

	"lamplight/mdib"
)

// ScaleOf gives the usual scale of a wave in a strip of this height, in
// pixels, on a screen of this density; 0 for a strip that is not measured
// from, such as a tile's.
//
//	ECG           10 mm/mV (×1); ×½, ×¼, ×⅛ when that does not fit; follows the
//	              baseline. In a tile at least 1.6 mV from bottom to top
//	pressures     in round steps of their unit: 0–160, 0–240, 0–320 mmHg. In a
//	              tile at least four tenths of the first step; follows the signal
//	CO₂, EEG      in round steps, 0–60 mmHg, ±50 µV and up
//	pleth, resp,  "auto": at least a tenth of the full scale, so that noise on a
//	no known      flat line stays small; follows the signal
//	scale
//
// Where the device says what part of its scale it displays, that comes before
// "auto".
func ScaleOf(m mdib.Metric, height int, dotsPerInch float64) Scale {
	c := m.Calibration
	physical := !c.Relative && c.RawLow != c.RawHigh && c.Low != c.High &&
		!math.IsNaN(c.Low) && !math.IsNaN(c.High) && !math.IsInf(c.High-c.Low, 0)
	tile := !(dotsPerInch > 0)
	mV := voltage(m.Unit)
	steps := roundSteps(m.Class, m.Unit.UCUM)
	switch {
	case physical && m.Class == mdib.ClassECG && mV > 0 && tile:
		return sliding(raw(c, 0), raw(c, 1.6*mV)-raw(c, 0), raw(c, 13*mV)-raw(c, 0), 1./3)
	case physical && m.Class == mdib.ClassECG && mV > 0:
		return paper(m, height, dotsPerInch)
	case physical && steps != nil && tile && m.Class != mdib.ClassCO2 && m.Class != mdib.ClassEEG:
		zero, most := raw(c, 0), steps[len(steps)-1]
		return sliding(zero, raw(c, 0.4*steps[0][1])-zero, raw(c, most[1]-most[0])-zero, 0)
	case physical && steps != nil:
		return inUnits(m, steps)
	case c.ShowLow != c.ShowHigh:
		return Scale{Ranges: []Range{
			{Low: float64(c.ShowLow), High: float64(c.ShowHigh), Label: "auto"},
			{Low: float64(c.RawLow), High: float64(c.RawHigh), Label: "auto"},
		}}
	case c.RawLow != c.RawHigh:
		all := float64(c.RawHigh) - float64(c.RawLow)
		return sliding(float64(c.RawLow), all/10, all, 0)
	}
	return sliding(0, 64, math.Exp2(32), 0)
}

// raw gives the raw value of a physical one.
func raw(c mdib.Calibration, v float64) float64 {
	return float64(c.RawLow) + (v-c.Low)/(c.High-c.Low)*(float64(c.RawHigh)-float64(c.RawLow))
}

// voltage is how many of the unit make a millivolt; 0 if it is no voltage.
func voltage(u mdib.Unit) float64 {
	switch u.UCUM {
	case "mV":
		return 1
	case "uV":
		return 1000
	case "V":
		return 0.001
	}
	return 0
}

// sliding gives ranges from least to most raw steps high, which are negative
// where rising values point down. Until they slide, zero is at this part of
// their height.
func sliding(zero, least, most, part float64) Scale {
	s := Scale{Slide: true}
	add := func(h float64) {
		s.Ranges = append(s.Ranges, Range{Low: zero - part*h, High: zero + (1-part)*h, Label: "auto"})
	}
	for h := least; h != 0 && math.Abs(h) <= math.Abs(most)/1.1; h *= math.Sqrt2 {
		add(h)
	}
	add(most)
	return s
}

// paper is the ECG as on paper: a millivolt is 10 mm high, or a simple part of
// it. The baseline lies a third above the bottom.
func paper(m mdib.Metric, height int, dotsPerInch float64) Scale {
	s := Scale{Slide: true}
	usable := max(float64(height)-2*margin, 1)
	for i, name := range []string{"×1", "×½", "×¼", "×⅛"} {
		mm := 10 / float64(int(1)<<i)
		span := usable / PixelsPerSecond(mm, dotsPerInch) * voltage(m.Unit)
		s.Ranges = append(s.Ranges, Range{
			Low:   raw(m.Calibration, -span/3),
			High:  raw(m.Calibration, span*2/3),
			Label: name + " · " + number(mm) + " mm/mV",
		})
	}
	return s
}

// roundSteps gives the ranges that charts of this class use, in its unit.
func roundSteps(class mdib.SignalClass, ucum string) [][2]float64 {
	kilopascal := ucum == "kPa"
	switch class {
	case mdib.ClassABP, mdib.ClassNIBP:
		if kilopascal {
			return [][2]float64{{0, 20}, {0, 30}, {0, 40}}
		}
		return [][2]float64{{0, 160}, {0, 240}, {0, 320}}
	case mdib.ClassPAP, mdib.ClassICP:
		if kilopascal {
			return [][2]float64{{0, 5}, {0, 10}, {0, 20}}
		}
		return [][2]float64{{0, 40}, {0, 80}, {0, 160}}
	case mdib.ClassCVP:
		if kilopascal {
			return [][2]float64{{0, 3}, {-1, 4}, {-2, 8}}
		}
		return [][2]float64{{0, 20}, {-10, 30}, {-20, 60}}
	case mdib.ClassCO2:
		if kilopascal || ucum == "%" {
			return [][2]float64{{0, 8}, {0, 14}, {0, 20}}
		}
		return [][2]float64{{0, 60}, {0, 100}, {0, 150}}
	case mdib.ClassEEG:
		if ucum == "uV" {
			return [][2]float64{{-50, 50}, {-100, 100}, {-200, 200}, {-500, 500}}
		}
	}
	return nil
}

func inUnits(m mdib.Metric, steps [][2]float64) Scale {
	var s Scale
	for _, r := range steps {
		label := number(r[0]) + "–" + number(r[1])
		if r[0] == -r[1] {
			label = "±" + number(r[1])
		}
		if m.Unit.Text != "" {
			label += " " + m.Unit.Text
		}
		s.Ranges = append(s.Ranges, Range{Low: raw(m.Calibration, r[0]), High: raw(m.Calibration, r[1]), Label: label})
	}
	return s
}

// number writes a value in at most six figures, with a true minus.
func number(v float64) string {
	s := strconv.FormatFloat(math.Abs(v), 'g', 6, 64)
	if v < 0 {
		return "−" + s
	}
	return s
}
