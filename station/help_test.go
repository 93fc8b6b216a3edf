package station

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"

	"github.com/google/uuid"
)

// All values here are synthetic.

var (
	devA  = uuid.MustParse("0b5a2a0e-1f7c-4f0b-8f52-9d55d7a4c0a1")
	devB  = uuid.MustParse("0b5a2a0e-1f7c-4f0b-8f52-9d55d7a4c0b2")
	start = time.Now() // bears a monotonic reading; its value does not matter
)

func at(s float64) time.Time { return start.Add(time.Duration(s * float64(time.Second))) }

func metric(ref mdib.Ref, refID string, kind mdib.Kind, period time.Duration) mdib.Metric {
	t, ok := mdib.ByRefID(refID)
	if !ok {
		panic("no term " + refID)
	}
	return mdib.Metric{Ref: ref, Code: t.Code(), Label: t.Label, Unit: t.Unit, Class: t.Class, Kind: kind, Episodic: t.Episodic, Period: period}
}

// monitor describes a bedside monitor, deliberately in no good order.
func monitor(p *mdib.Patient, mode mdib.GenerationMode) *mdib.MDS {
	const num, wave, enum = mdib.KindNumeric, mdib.KindSampleArray, mdib.KindEnum
	return &mdib.MDS{Protocol: "test", Patient: p, Mode: mode, VMDs: []mdib.VMD{{Channels: []mdib.Channel{{Metrics: []mdib.Metric{
		metric("temp", "MDC_TEMP_CORE", num, 0),
		metric("nbps", "MDC_PRESS_BLD_NONINV_SYS", num, 0),
		metric("rr", "MDC_RESP_RATE", num, time.Second),
		metric("abps", "MDC_PRESS_BLD_ART_ABP_SYS", num, time.Second),
		metric("spo2", "MDC_PULS_OXIM_SAT_O2", num, time.Second),
		metric("hr", "MDC_ECG_HEART_RATE", num, time.Second),
		metric("pleth", "MDC_PULS_OXIM_PLETH", wave, 8*time.Millisecond),
		metric("ecg", "MDC_ECG_ELEC_POTL_II", wave, 2*time.Millisecond),
		metric("rhythm", "MDC_ECG_HEART_RATE", enum, 0),
	}}}}}}
}

// tape is a recorder that keeps everything.
type tape struct {
	reports []mdib.Report
	refuse  bool
}

func (t *tape) Record(r mdib.Report) bool {
	if t.refuse {
		return false
	}
	t.reports = append(t.reports, r)
	return true
}

// encounters tells what the tape heard of encounters, in order, each change once.
func (t *tape) encounters() (log []string) {
	for _, r := range t.reports {
		if e := r.Encounter; e != nil && e.ID != uuid.Nil {
			s := fmt.Sprintf("%s %s %q", e.Location.Bed, e.Mode, e.Patient.Identifier+e.Patient.Family)
			if !e.End.IsZero() {
				s += fmt.Sprintf(" ended %g", e.End.Sub(start).Seconds())
			}
			if len(log) == 0 || log[len(log)-1] != s {
				log = append(log, s)
			}
		}
	}
	return log
}

type ward struct {
	t    testing.TB
	s    *Station
	tape *tape
}

func newWard(t testing.TB, edit ...func(*Config)) *ward {
	w := &ward{t: t, tape: &tape{}}
	c := Config{
		Facility: "Hospital", Recorder: w.tape,
		Beds: []Bed{
			{Label: "1", Unit: "ICU", Devices: []DeviceConfig{{devA, "Monitor", "intellivue"}}},
			{Label: "2", Unit: "ICU"},
		},
	}
	for _, f := range edit {
		f(&c)
	}
	w.s = New(c)
	return w
}

func (w *ward) connect(s float64, dev uuid.UUID, p *mdib.Patient, mode mdib.GenerationMode) {
	w.s.take(mdib.Report{MDS: dev, Received: at(s), Link: &mdib.Link{State: mdib.LinkConnected}})
	w.describe(s, dev, p, mode)
}

func (w *ward) describe(s float64, dev uuid.UUID, p *mdib.Patient, mode mdib.GenerationMode) {
	w.s.take(mdib.Report{MDS: dev, Received: at(s), Describe: monitor(p, mode)})
}

func (w *ward) lose(s float64, dev uuid.UUID) {
	w.s.take(mdib.Report{MDS: dev, Received: at(s), Link: &mdib.Link{State: mdib.LinkLost, Reason: mdib.ReasonGone}})
}

func (w *ward) value(s float64, dev uuid.UUID, ref mdib.Ref, v float64) {
	n := mdib.Numeric{Ref: ref, Time: at(s), Value: v}
	if math.IsNaN(v) {
		n.Validity = mdib.NotAvailable
	}
	w.s.take(mdib.Report{MDS: dev, Received: at(s), Numerics: []mdib.Numeric{n}})
}

func (w *ward) bed(s float64, label string) BedView {
	w.t.Helper()
	v := w.s.View(at(s))
	for _, b := range v.Beds {
		if b.Label == label {
			return b
		}
	}
	w.t.Fatalf("no bed %q", label)
	return BedView{}
}

func (w *ward) expect(want ...string) {
	w.t.Helper()
	if got := strings.Join(w.tape.encounters(), "\n"); got != strings.Join(want, "\n") {
		w.t.Errorf("encounters on record:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

func (w *ward) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func numericOf(b BedView, ref mdib.Ref) *NumericView {
	for i := range b.Numerics {
		if b.Numerics[i].Metric.Ref == ref {
			return &b.Numerics[i]
		}
	}
	return nil
}

func has(cs []alarms.Condition, f alarms.Finding) bool {
	for _, c := range cs {
		if c.Finding == f {
			return true
		}
	}
	return false
}

var (
	anna = &mdib.Patient{Identifier: "100", Family: "Ahrens", Given: "Anna", Category: mdib.Adult}
	bert = &mdib.Patient{Identifier: "200", Family: "Bauer", Given: "Bert"}
)
