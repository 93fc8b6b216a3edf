package ui

import (
	"math"
	"sort"
	"strconv"
	"strings"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"
	"lamplight/station"
	"lamplight/ui/widget"
)

// missing stands for a value that is not there or not to be trusted.
const missing = "- ? -"

// presenter turns what the station says into what the screen says. It is pure:
// the same view at the same time gives the same texts.
type presenter struct {
	w         *Words
	hideNames bool
}

// rank orders readings on the screen; what has the same rank keeps the
// station's order.
type rank int

const (
	rankHeart rank = iota
	rankPulse
	rankSpO2
	rankInvasive
	rankCuff
	rankResp
	rankTemp
	rankCO2
	rankVenous
	rankRest
)

// item is a reading with what is needed to choose and order it.
type item struct {
	widget.Reading
	rank   rank
	source mdib.Ref
	device [16]byte
	title  string
}

func rankOf(m *mdib.Metric) rank {
	id := m.Code.RefID
	switch {
	case strings.Contains(id, "HEART_RATE") || strings.Contains(id, "CARD_BEAT_RATE"):
		return rankHeart
	case strings.Contains(id, "PULS_RATE") || strings.Contains(id, "PULS_OXIM_PULS") && !strings.Contains(id, "SAT"):
		return rankPulse
	case m.Class == mdib.ClassSpO2 && strings.Contains(id, "SAT_O2"):
		return rankSpO2
	case m.Class == mdib.ClassABP:
		return rankInvasive
	case m.Class == mdib.ClassNIBP:
		return rankCuff
	case strings.Contains(id, "RESP_RATE"):
		return rankResp
	case m.Class == mdib.ClassTemp:
		return rankTemp
	case m.Class == mdib.ClassCO2:
		return rankCO2
	case m.Class == mdib.ClassCVP || m.Class == mdib.ClassPAP || m.Class == mdib.ClassICP:
		return rankVenous
	}
	return rankRest
}

// part of a pressure: systole, diastole or mean.
func pressurePart(id string) (stem, part string) {
	for _, p := range [...]string{"_SYS", "_DIA", "_MEAN"} {
		if strings.HasSuffix(id, p) {
			return strings.TrimSuffix(id, p), p
		}
	}
	return id, ""
}

// items gives every reading of a bed in the order of the screen, the three
// values of a pressure as one.
func (p presenter) items(b *station.BedView) []item {
	var out []item
	taken := make([]bool, len(b.Numerics))
	for i := range b.Numerics {
		if taken[i] {
			continue
		}
		n := &b.Numerics[i]
		it := item{rank: rankOf(&n.Metric), source: n.Metric.Ref, device: n.Device, title: n.Metric.Label}
		stem, part := pressurePart(n.Metric.Code.RefID)
		if part == "" {
			it.Reading = p.single(n)
			out = append(out, it)
			continue
		}
		parts := map[string]*station.NumericView{}
		for k := i; k < len(b.Numerics); k++ {
			m := &b.Numerics[k]
			if s, q := pressurePart(m.Metric.Code.RefID); s == stem && q != "" && m.Device == n.Device && parts[q] == nil {
				parts[q], taken[k] = m, true
			}
		}
		it.Reading = p.pressure(n, parts["_SYS"], parts["_DIA"], parts["_MEAN"])
		it.title = it.Label
		out = append(out, it)
	}
	sort.SliceStable(out, func(i, k int) bool { return out[i].rank < out[k].rank })
	return out
}

func (p presenter) single(n *station.NumericView) widget.Reading {
	r := widget.Reading{Label: n.Metric.Label, Value: p.value(n), Unit: n.Metric.Unit.Text, Class: n.Metric.Class, Alarm: n.Alarm, Figures: 3}
	if decimals(n) > 0 {
		r.Figures = 3.5
	}
	if r.Value != missing && n.Validity == mdib.Questionable {
		r.Note = "?"
	}
	r.High, r.Low, r.Changed = limits(n.Limits, decimals(n))
	if n.Metric.Episodic {
		r.Unit = p.age(n)
	}
	return r
}

// pressure composes systole, diastole and mean; any of them may be absent.
func (p presenter) pressure(first, sys, dia, mean *station.NumericView) widget.Reading {
	r := p.single(first)
	r.Label = pressureLabel(first.Metric.Label)
	if sys == nil || dia == nil {
		return r // a lone mean, such as CVP
	}
	r.Wide, r.Figures = true, 6
	r.Note = ""
	r.High, r.Low, r.Changed = limits(sys.Limits, sys.Decimals)
	s, d := p.value(sys), p.value(dia)
	r.Value = s + "/" + d
	if s == missing || d == missing {
		r.Value = missing
	}
	if mean != nil {
		if v := p.value(mean); v != missing {
			r.Note = "(" + v + ")"
		}
		r.Alarm = max(r.Alarm, mean.Alarm)
	}
	r.Alarm = max(r.Alarm, sys.Alarm, dia.Alarm)
	return r
}

// pressureLabel drops what names the part from a label: "ABP sys" is "ABP".
func pressureLabel(s string) string {
	for _, suffix := range [...]string{" sys", " dia", " mean", " systolic", " diastolic", "-S", "-D", "-M", "s", "d", "m", " S", " D", " M"} {
		if t := strings.TrimSuffix(s, suffix); t != s && len(t) >= 2 {
			return strings.TrimSpace(t)
		}
	}
	return s
}

func (p presenter) value(n *station.NumericView) string {
	if n.Stale || !n.Validity.HasValue() || math.IsNaN(n.Value) {
		return missing
	}
	return number(n.Value, decimals(n))
}

// decimals that a person reads. A saturation or a rate is a whole number on
// every monitor, however many places the wire has.
func decimals(n *station.NumericView) uint8 {
	switch rankOf(&n.Metric) {
	case rankHeart, rankPulse, rankSpO2, rankResp:
		return 0
	}
	return n.Decimals
}

func number(v float64, decimals uint8) string {
	return strconv.FormatFloat(v, 'f', min(int(decimals), 4), 64)
}

func limits(l alarms.Limits, decimals uint8) (high, low string, changed bool) {
	if !l.Enabled {
		return "", "", l.Changed
	}
	if !math.IsNaN(l.High) {
		high = number(l.High, decimals)
	}
	if !math.IsNaN(l.Low) {
		low = number(l.Low, decimals)
	}
	return high, low, l.Changed
}

// age of a value that is taken now and then.
func (p presenter) age(n *station.NumericView) string {
	if n.Age < time.Minute {
		return p.w.T("age.now")
	}
	return p.w.T("age.minutes", strconv.Itoa(int(n.Age/time.Minute)))
}

// tileReadings chooses what a tile has room for.
func tileReadings(items []item) []widget.Reading {
	var out []widget.Reading
	have := map[rank]bool{}
	for _, it := range items {
		twice := have[it.rank] && it.rank != rankRest && it.rank != rankVenous
		if twice || it.rank == rankPulse && have[rankHeart] || it.rank == rankCuff && have[rankInvasive] || it.rank == rankRest && len(out) >= 2 {
			continue
		}
		have[it.rank] = true
		r := it.Reading
		if it.rank == rankTemp {
			r.Label = "T" // the site is on the bed's page
		}
		if out = append(out, r); len(out) == 6 {
			break
		}
	}
	return out
}

// name of a patient as a tile shows it; initials where names are hidden.
func (p presenter) name(e *mdib.Encounter, full bool) string {
	if e == nil {
		return ""
	}
	family, given := e.Patient.Family, e.Patient.Given
	switch {
	case family == "" && given == "":
		if e.Patient.Identifier != "" && !p.hideNames {
			return e.Patient.Identifier
		}
		return p.w.T("patient.unnamed")
	case p.hideNames:
		return strings.TrimSpace(initial(family) + " " + initial(given))
	case given == "":
		return family
	case full:
		return strings.Trim(family+", "+given, ", ")
	}
	return strings.Trim(family+", "+initial(given), ", ")
}

func initial(s string) string {
	for _, r := range s {
		return string(r) + "."
	}
	return ""
}

// who is sex, age and category in a few letters.
func (p presenter) who(e *mdib.Encounter, now time.Time) string {
	if e == nil {
		return ""
	}
	var parts []string
	if s := p.w.Or("sex.short."+e.Patient.Sex.String(), ""); s != "" {
		parts = append(parts, s)
	}
	if a := p.ageOf(e.Patient.Birth, now); a != "" {
		parts = append(parts, a)
	}
	who := strings.Join(parts, " ")
	if c := e.Patient.Category; c == mdib.Paediatric || c == mdib.Neonatal {
		who = strings.TrimPrefix(who+" · "+p.w.T("category.short."+c.String()), " · ")
	}
	return who
}

// ageOf gives days in the first month, months in the first two years, then years.
func (p presenter) ageOf(birth, now time.Time) string {
	if birth.IsZero() || birth.After(now) {
		return ""
	}
	days := int(now.Sub(birth) / (24 * time.Hour))
	now = now.In(birth.Location())
	months := (now.Year()-birth.Year())*12 + int(now.Month()) - int(birth.Month())
	if now.Day() < birth.Day() {
		months--
	}
	switch {
	case days < 31:
		return p.w.T("age.days", strconv.Itoa(days))
	case months < 24:
		return p.w.T("age.months", strconv.Itoa(months))
	}
	return p.w.T("age.years", strconv.Itoa(months/12))
}

// alarm is one condition as a line shows it.
func (p presenter) alarm(c *alarms.Condition, now time.Time) widget.Alarm {
	text := p.condition(c)
	if !c.Present {
		text += " · " + p.w.T("alarm.ended")
	} else if d := now.Sub(c.Onset); !c.Onset.IsZero() && d >= 0 {
		text += " · " + elapsed(d)
	}
	return widget.Alarm{
		Priority: c.Priority, Technical: c.Kind == mdib.Technical, Acknowledged: !c.Acknowledged.IsZero(), Text: text,
	}
}

// elapsed is minutes and seconds, or hours and minutes.
func elapsed(d time.Duration) string {
	s := int(d / time.Second)
	if s >= 3600 {
		return strconv.Itoa(s/3600) + " h " + two(s/60%60)
	}
	return strconv.Itoa(s/60) + ":" + two(s%60)
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func clock(t time.Time) string { return t.Local().Format("15:04") }

// badge marks what is not a patient.
func (p presenter) badge(m mdib.GenerationMode) string {
	switch m {
	case mdib.ModeDemo:
		return p.w.T("mode.demo")
	case mdib.ModeTest:
		return p.w.T("mode.test")
	}
	return ""
}
