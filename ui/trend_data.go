package ui

import (
	"image"
	"math"
	"slices"
	"strconv"
	"time"

	"lamplight/charts"
	"lamplight/mdib"
	"lamplight/station"
	"lamplight/ui/theme"

	"github.com/google/uuid"
)

// question is all that is asked of the record for one drawing.
type question struct {
	bed      string
	stay     *mdib.Encounter
	from, to time.Time
	young    bool // the plot begins where the values do
	lanes    []laneQuestion
	devices  []uuid.UUID
	w, h     int
	scale    float64
}

// before is how long before its beginning a stay may have been measured by a
// cuff: the monitor goes on showing that value, and so does the ward.
const before = time.Hour

// laneQuestion is one lane: metrics that share a scale.
type laneQuestion struct {
	label, unit string
	class       mdib.SignalClass
	rank        rank
	device      uuid.UUID
	metrics     []mdib.Metric
	now         string
	episodic    bool
}

// answer is what the record said, drawn.
type answer struct {
	picture           *image.RGBA
	extremes, covered string
}

// answer asks the record and draws every lane.
func (q *question) answer(h History, w *Words) ([]answer, error) {
	since, measured, err := q.own(h)
	if err != nil {
		return nil, err
	}
	from := later(q.from, since)
	events, err := q.events(h, from)
	if err != nil {
		return nil, err
	}
	rows := make([][][]mdib.Rollup, len(q.lanes))
	for i, l := range q.lanes {
		begin := from
		if l.episodic {
			begin = later(q.from, measured)
			if q.young {
				begin = measured
			}
		}
		for _, m := range l.metrics {
			r, err := h.Rollups(l.device, m.Ref, begin, q.to, q.w/2)
			if err != nil {
				return nil, err
			}
			rows[i] = append(rows[i], r)
			if first := firstRow(r); q.young && l.episodic && !first.IsZero() {
				q.from = earlier(q.from, first.Add(-q.to.Sub(first)/30)) // not at the very edge
			}
		}
	}
	var out []answer
	for i := range q.lanes {
		out = append(out, q.lane(i, rows[i], from, events, w))
	}
	return out, nil
}

// own says since when continuous values, and since when readings of a cuff
// belong to the stay: never to an earlier patient of the bed.
func (q *question) own(h History) (since, measured time.Time, err error) {
	since = q.stay.Start
	measured = since.Add(-before)
	others, err := h.Encounters(q.bed, measured, since)
	for _, e := range others {
		switch {
		case e.ID == q.stay.ID:
		case e.End.IsZero():
			measured = since
		default:
			measured = earlier(later(measured, e.End), since)
		}
	}
	return since, measured, err
}

func firstRow(rows []mdib.Rollup) time.Time {
	for _, r := range rows {
		if r.Count > 0 {
			return r.Start
		}
	}
	return time.Time{}
}

// events are the conditions that began, to be marked in every lane.
func (q *question) events(h History, from time.Time) ([]charts.Event, error) {
	var events []charts.Event
	for _, d := range q.devices {
		alerts, err := h.Alerts(d, from, q.to)
		if err != nil {
			return nil, err
		}
		for _, a := range alerts {
			if a.Present && a.Priority >= mdib.PriorityMedium {
				n := theme.Medium
				if a.Priority == mdib.PriorityHigh {
					n = theme.HighEdge
				}
				events = append(events, charts.Event{Time: a.Time, Label: a.Text, Color: theme.Ink(n)})
			}
		}
	}
	return events, nil
}

// lane draws one lane and says what it shows.
func (q *question) lane(i int, all [][]mdib.Rollup, from time.Time, events []charts.Event, w *Words) answer {
	l := q.lanes[i]
	t := charts.Trend{From: q.from, To: q.to, Look: charts.TrendLook{
		Background: theme.Ink(theme.Panel), Grid: theme.Ink(theme.PanelEdge), Text: theme.Ink(theme.Quiet), Gap: theme.Ink(theme.PanelEdge), Cursor: theme.Ink(theme.Text), Scale: q.scale}}
	for _, e := range events {
		if i > 0 {
			e.Label = ""
		}
		t.Events = append(t.Events, e)
	}
	low, high := scaleOf(l.rank, all)
	ink := theme.ClassInk(l.class)
	if l.episodic && len(all) == 3 {
		t.Bars = []charts.Bars{{Color: ink, Readings: readings(l.metrics, all), Low: low, High: high}}
	} else {
		for _, rows := range all {
			t.Series = append(t.Series, charts.Series{Color: ink, Rows: rows, Low: low, High: high, Episodic: l.episodic})
		}
	}
	a := answer{picture: image.NewRGBA(image.Rect(0, 0, q.w, q.h))}
	if len(all) > 0 {
		a.extremes, a.covered = statistics(w, all[l.told()], from, q.to, l)
	}
	t.Draw(a.picture)
	return a
}

// told is the metric whose statistics stand beside the lane: of a pressure, the
// mean one.
func (l *laneQuestion) told() int {
	return max(0, slices.IndexFunc(l.metrics, func(m mdib.Metric) bool {
		_, part := pressurePart(m.Code.RefID)
		return part == "_MEAN"
	}))
}

// readings joins the rows of a cuff's three values by their time.
func readings(metrics []mdib.Metric, all [][]mdib.Rollup) []charts.Reading {
	byTime := map[int64]*charts.Reading{}
	var out []*charts.Reading
	for i, rows := range all {
		_, part := pressurePart(metrics[i].Code.RefID)
		for _, x := range rows {
			if x.Count == 0 {
				continue
			}
			r := byTime[x.Start.UnixNano()]
			if r == nil {
				r = &charts.Reading{Time: x.Start, Sys: math.NaN(), Dia: math.NaN(), Mean: math.NaN()}
				byTime[x.Start.UnixNano()], out = r, append(out, r)
			}
			switch part {
			case "_SYS":
				r.Sys = x.Mean
			case "_DIA":
				r.Dia = x.Mean
			default:
				r.Mean = x.Mean
			}
		}
	}
	slices.SortFunc(out, func(a, b *charts.Reading) int { return a.Time.Compare(b.Time) })
	joined := make([]charts.Reading, len(out))
	for i, r := range out {
		joined[i] = *r
	}
	return joined
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// statistics says mean and extremes, and always of how much of the time.
func statistics(w *Words, rows []mdib.Rollup, from, to time.Time, l laneQuestion) (extremes, covered string) {
	low, high, sum, n := math.Inf(1), math.Inf(-1), 0.0, 0
	for _, x := range rows {
		if x.Count > 0 {
			low, high = math.Min(low, x.Min), math.Max(high, x.Max)
			sum, n = sum+x.Mean*float64(x.Count), n+x.Count
		}
	}
	covered = w.T("trend.coverage", strconv.Itoa(int(100*charts.Coverage(rows, from, to)+0.5)))
	if l.episodic { // what was taken now and then covers no time
		covered = w.N("trend.readings", n)
	}
	if n == 0 {
		return "", covered
	}
	var decimals uint8
	if l.rank == rankTemp {
		decimals = 1
	}
	key := "trend.statistics"
	if len(l.metrics) > 1 {
		key = "trend.statisticsMean"
		if _, part := pressurePart(l.metrics[l.told()].Code.RefID); part != "_MEAN" {
			key = "trend.statisticsSys"
		}
	}
	return w.T(key, number(sum/float64(n), decimals), number(low, decimals), number(high, decimals)), covered
}

// scaleOf chooses a range that holds the rows, of round figures and never so
// narrow that noise looks like news.
func scaleOf(r rank, all [][]mdib.Rollup) (low, high float64) {
	least, step := 40.0, 10.0
	switch r {
	case rankSpO2:
		least, step = 10, 5
	case rankTemp:
		least, step = 2, 1
	case rankResp:
		least, step = 20, 5
	case rankInvasive, rankCuff:
		least, step = 80, 20
	}
	low, high = math.Inf(1), math.Inf(-1)
	for _, rows := range all {
		for _, x := range rows {
			if x.Count > 0 {
				low, high = math.Min(low, x.Min), math.Max(high, x.Max)
			}
		}
	}
	if low > high {
		return 0, least
	}
	if high-low < least {
		middle := (high + low) / 2
		low, high = middle-least/2, middle+least/2
	}
	low, high = math.Floor(low/step)*step, math.Ceil(high/step)*step
	if r == rankSpO2 && high > 100 {
		low, high = math.Min(low, 90), 100
	}
	return math.Max(low, 0), high
}

// questions groups the values of a bed into lanes.
func (p *trendPage) questions(b *station.BedView) []laneQuestion {
	var lanes []laneQuestion
	have := map[rank]bool{}
	for _, it := range p.u.present.items(b) {
		if len(lanes) == maxLanes || it.rank == rankRest || have[it.rank] || it.rank == rankPulse && have[rankHeart] {
			continue
		}
		have[it.rank] = true
		q := laneQuestion{label: it.title, unit: it.Unit, class: it.Class, rank: it.rank, device: it.device, now: it.Value + " " + it.Note}
		var stem string
		for i := range b.Numerics {
			m := &b.Numerics[i].Metric
			if m.Ref == it.source {
				stem, _ = pressurePart(m.Code.RefID)
			}
		}
		for i := range b.Numerics {
			m := &b.Numerics[i].Metric
			s, part := pressurePart(m.Code.RefID)
			if [16]byte(b.Numerics[i].Device) == it.device && (m.Ref == it.source || it.Wide && part != "" && s == stem) {
				q.metrics = append(q.metrics, *m)
				q.unit = m.Unit.Text
				q.episodic = m.Episodic
			}
		}
		lanes = append(lanes, q)
	}
	return lanes
}
