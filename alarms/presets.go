package alarms

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"lamplight/mdib"
)

//go:embed parameters.csv
var parametersCSV string

//go:embed presets.csv
var presetsCSV string

// A parameter is what one set of limits is for: all metrics that mean the same.
type parameter struct {
	name    string
	unit    string // UCUM, of the limits
	presets map[mdib.PatientCategory]Limits
}

// parameters finds a parameter by the reference identifier of a metric. The
// tables are part of the program: one that does not read is a fault of the
// build, which the tests find.
var parameters = sync.OnceValue(func() map[string]*parameter {
	m, err := loadPresets(parametersCSV, presetsCSV)
	if err != nil {
		panic("alarms: " + err.Error())
	}
	return m
})

var categories = map[string]mdib.PatientCategory{
	"adult": mdib.Adult, "paediatric": mdib.Paediatric, "neonatal": mdib.Neonatal,
}

var priorities = map[string]mdib.Priority{
	"low": mdib.PriorityLow, "medium": mdib.PriorityMedium, "high": mdib.PriorityHigh,
}

func loadPresets(parametersCSV, presetsCSV string) (map[string]*parameter, error) {
	rows, err := readCSV("parameters.csv", parametersCSV, 7)
	if err != nil {
		return nil, err
	}
	byName, byRefID := map[string]*parameter{}, map[string]*parameter{}
	timing := map[string]Limits{}
	for _, row := range rows {
		p := &parameter{name: row[0], unit: row[1], presets: map[mdib.PatientCategory]Limits{}}
		if byName[p.name] != nil {
			return nil, fmt.Errorf("parameters.csv: %s is there twice", p.name)
		}
		v, err := numbers(row[2:5])
		if err != nil {
			return nil, fmt.Errorf("parameters.csv: %s: %w", p.name, err)
		}
		timing[p.name] = Limits{Delay: seconds(v[0]), ExtremeDelay: seconds(v[1]), Hysteresis: v[2]}
		byName[p.name] = p
		for _, id := range strings.Fields(row[5]) {
			if byRefID[id] != nil {
				return nil, fmt.Errorf("parameters.csv: %s is there twice", id)
			}
			byRefID[id] = p
		}
	}
	if rows, err = readCSV("presets.csv", presetsCSV, 8); err != nil {
		return nil, err
	}
	for _, row := range rows {
		p, category := byName[row[0]], categories[row[1]]
		if p == nil || category == mdib.CategoryUnknown {
			return nil, fmt.Errorf("presets.csv: no parameter %q or no category %q", row[0], row[1])
		}
		if _, taken := p.presets[category]; taken {
			return nil, fmt.Errorf("presets.csv: %s %s is there twice", row[0], row[1])
		}
		v, err := numbers(row[2:6])
		if err != nil {
			return nil, fmt.Errorf("presets.csv: %s %s: %w", row[0], row[1], err)
		}
		l := timing[p.name]
		l.Low, l.High, l.ExtremeLow, l.ExtremeHigh = v[0], v[1], v[2], v[3]
		l.Priority, l.Enabled = priorities[row[6]], row[6] != "off"
		if err := l.check(); err != nil {
			return nil, fmt.Errorf("presets.csv: %s %s: %w", row[0], row[1], err)
		}
		p.presets[category] = l
	}
	return byRefID, nil
}

func readCSV(name, text string, columns int) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = columns
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return rows[1:], nil
}

// numbers reads cells; an empty one is NaN.
func numbers(cells []string) ([]float64, error) {
	out := make([]float64, len(cells))
	for i, c := range cells {
		out[i] = math.NaN()
		if c == "" {
			continue
		}
		var err error
		if out[i], err = strconv.ParseFloat(c, 64); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// check finds limits that cannot work.
func (l Limits) check() error {
	for _, v := range []float64{l.Low, l.High, l.ExtremeLow, l.ExtremeHigh, l.Hysteresis} {
		if math.IsInf(v, 0) {
			return fmt.Errorf("a limit is infinite; leave the side out instead")
		}
	}
	switch {
	case !l.Enabled:
		return nil
	case l.Low >= l.High:
		return fmt.Errorf("the lower limit %v is not below the upper limit %v; move one of them", l.Low, l.High)
	case l.ExtremeLow > l.Low || l.ExtremeHigh < l.High:
		return fmt.Errorf("a second limit lies inside the first; move it outside of %v to %v", l.Low, l.High)
	case l.ExtremeLow >= l.ExtremeHigh || l.ExtremeLow >= l.High || l.ExtremeHigh <= l.Low:
		return fmt.Errorf("the limits cross; set them in the order second low, low, high, second high")
	case l.Priority < mdib.PriorityLow || l.Priority > mdib.PriorityHigh:
		return fmt.Errorf("the limits need a priority: low, medium or high")
	case l.Delay < 0 || l.ExtremeDelay < 0 || !(l.Hysteresis >= 0):
		return fmt.Errorf("delays and hysteresis cannot be negative")
	}
	return nil
}

// preset gives the limits that a metric has before anybody changes them, in
// the metric's own unit. A metric that has none, or whose unit cannot be
// translated to that of its preset, gives NoLimits.
func preset(m *mdib.Metric, category mdib.PatientCategory) Limits {
	p := parameterOf(m)
	if p == nil {
		return NoLimits()
	}
	if category == mdib.CategoryUnknown {
		category = mdib.Adult
	}
	l, ok := p.presets[category]
	if !ok {
		return NoLimits()
	}
	if l, ok = l.in(p.unit, m.Unit.UCUM); !ok {
		return NoLimits()
	}
	return l
}

func parameterOf(m *mdib.Metric) *parameter {
	if m.Kind != mdib.KindNumeric || m.Category == mdib.CategorySetting {
		return nil
	}
	if p := parameters()[m.Code.RefID]; p != nil {
		return p
	}
	if t, ok := mdib.ByRefID(m.Code.RefID); ok { // an alias
		return parameters()[t.RefID]
	}
	return nil
}

// limitKey is what changed limits are kept under: the parameter, or the code
// of a metric that belongs to none.
func limitKey(m *mdib.Metric) string {
	if p := parameterOf(m); p != nil {
		return p.name
	}
	return m.Code.System + " " + m.Code.String()
}
