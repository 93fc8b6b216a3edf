package station

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/quick"

	"lamplight/alarms"
	"lamplight/mdib"

	"github.com/google/uuid"
)

// court replays a record as storage would: which encounter does each device
// serve, and may its values be there.
type court struct {
	seen  int
	bound map[uuid.UUID]*mdib.Encounter
	open  map[uuid.UUID]string // bed of every encounter that lasts
	said  map[uuid.UUID]*mdib.MDS
}

func (c *court) judge(w *ward) error {
	for ; c.seen < len(w.tape.reports); c.seen++ {
		r := w.tape.reports[c.seen]
		if r.Describe != nil {
			c.said[r.MDS] = r.Describe
		}
		if e := r.Encounter; e != nil {
			switch {
			case e.ID == uuid.Nil:
				delete(c.bound, r.MDS)
			case e.End.IsZero():
				c.bound[r.MDS] = e
				c.open[e.ID] = e.Location.Bed
			default:
				delete(c.open, e.ID)
				for d, b := range c.bound {
					if b.ID == e.ID {
						delete(c.bound, d)
					}
				}
			}
			beds := map[string]bool{}
			for _, bed := range c.open {
				if beds[bed] {
					return fmt.Errorf("two encounters are open in bed %s", bed)
				}
				beds[bed] = true
			}
		}
		if !valued(&r) {
			continue
		}
		e, m := c.bound[r.MDS], c.said[r.MDS]
		switch {
		case e == nil:
			return fmt.Errorf("values without an encounter: %+v", r)
		case m != nil && e.Mode != m.Mode:
			return fmt.Errorf("values of mode %v in an encounter of mode %v", m.Mode, e.Mode)
		case m != nil && m.Patient != nil && contradict(m.Patient, &e.Patient):
			told := false
			for _, b := range w.s.View(r.Received).Beds {
				for _, c := range b.Conditions {
					told = told || c.MDS == r.MDS && c.Finding == alarms.FindPatient
				}
			}
			if !told {
				return fmt.Errorf("values of patient %q in the encounter of %q, and nobody is told", m.Patient.Family, e.Patient.Family)
			}
		}
	}
	return nil
}

// Whatever devices and people do, no value is on record for the wrong patient,
// in the wrong mode or in no encounter, and no bed has two.
func TestValuesAreOnRecordWhereTheyBelong(t *testing.T) {
	patients := []*mdib.Patient{nil, {}, anna, bert, {Family: "Ahrens", Given: "Anna"}, {Identifier: "300"}}
	devices := []uuid.UUID{devA, devB}
	layouts := [][]Bed{
		{{Label: "1", Devices: []DeviceConfig{{ID: devA}, {ID: devB}}}, {Label: "2"}},
		{{Label: "1", Devices: []DeviceConfig{{ID: devA}}}, {Label: "2", Devices: []DeviceConfig{{ID: devB}}}},
		{{Label: "2", Devices: []DeviceConfig{{ID: devB}, {ID: devA}}}},
		{{Label: "1", Devices: []DeviceConfig{{ID: devA}}}},
	}
	course := func(seed uint64) bool {
		rng := rand.New(rand.NewPCG(seed, 3))
		w := newWard(t, twoDevices, func(c *Config) {
			if seed%3 == 0 {
				c.Resume = []mdib.Encounter{{ID: uuid.New(), Patient: *patients[2+seed%4], Location: mdib.Location{Bed: "1"}, Start: at(-9999)}}
			}
		})
		c := &court{bound: map[uuid.UUID]*mdib.Encounter{}, open: map[uuid.UUID]string{}, said: map[uuid.UUID]*mdib.MDS{}}
		s := 0.0
		for step := range 120 {
			s += rng.Float64() * 20
			d, label := devices[rng.IntN(2)], []string{"1", "2"}[rng.IntN(2)]
			kind := rng.IntN(14)
			if w.s.devices[d] == nil && kind != 6 {
				kind = 4 + rng.IntN(2) // it is not there to say anything
			}
			switch kind {
			case 0:
				w.lose(s, d)
			case 1:
				w.connect(s, d, patients[rng.IntN(len(patients))], mdib.ModeReal)
			case 2, 3:
				mode := mdib.ModeReal
				if rng.IntN(4) == 0 {
					mode = mdib.GenerationMode(rng.IntN(3))
				}
				w.describe(s, d, patients[rng.IntN(len(patients))], mode)
			case 4:
				_ = w.s.Admit(label, *patients[1+rng.IntN(len(patients)-1)], at(s)) // refused when occupied
			case 5:
				_ = w.s.Discharge(label, at(s)) // refused when empty
			case 6:
				if rng.IntN(4) == 0 {
					w.s.SetBeds(layouts[rng.IntN(len(layouts))], at(s))
					for d := range c.said {
						if w.s.devices[d] == nil { // when it comes back it describes itself first
							delete(c.said, d)
						}
					}
				}
			default:
				w.value(s, d, "hr", 80)
			}
			if err := c.judge(w); err != nil {
				t.Logf("seed %d, step %d: %v", seed, step, err)
				return false
			}
		}
		return true
	}
	for seed := range uint64(200) {
		if !course(seed) {
			t.Fatal("above")
		}
	}
	if err := quick.Check(course, &quick.Config{MaxCount: 100}); err != nil {
		t.Error(err)
	}
}
