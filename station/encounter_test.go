package station

import (
	"math"
	"testing"

	"lamplight/alarms"
	"lamplight/mdib"

	"github.com/google/uuid"
)

func TestTheFirstValueBeginsAnEncounter(t *testing.T) {
	w := newWard(t)
	w.connect(0, devA, anna, mdib.ModeDemo)
	w.value(1, devA, "hr", math.NaN())
	if b := w.bed(1, "1"); b.Encounter != nil {
		t.Fatalf("an encounter began without a value: %+v", b.Encounter)
	}
	w.value(2, devA, "hr", 80)
	w.value(3, devA, "hr", 81)
	w.expect(`1 demo "100Ahrens"`)
	b := w.bed(3, "1")
	e := b.Encounter
	if e.Start != at(2) || e.Location != (mdib.Location{Facility: "Hospital", Unit: "ICU", Bed: "1"}) || e.Patient.ID == uuid.Nil || b.Mode != mdib.ModeDemo {
		t.Errorf("encounter %+v, bed mode %v", e, b.Mode)
	}
	bound := false
	for _, r := range w.tape.reports { // the binding is on record before the first value
		bound = bound || r.Encounter != nil && r.Encounter.ID == e.ID && r.MDS == devA
		for _, n := range r.Numerics {
			if n.Validity.HasValue() && !bound {
				t.Error("a value was recorded before its encounter")
			}
		}
	}
}

func TestAPersonKeepsTheSameID(t *testing.T) {
	ids := map[uuid.UUID]bool{}
	for _, mode := range []mdib.GenerationMode{mdib.ModeReal, mdib.ModeReal, mdib.ModeDemo} {
		w := newWard(t)
		w.connect(0, devA, anna, mode)
		w.value(1, devA, "hr", 80)
		ids[w.bed(1, "1").Encounter.Patient.ID] = true
	}
	if len(ids) != 2 {
		t.Errorf("one real person, twice, and one of a demo make %d identities", len(ids))
	}
}

func TestAnotherPatientOnTheDeviceIsAnotherEncounter(t *testing.T) {
	w := newWard(t)
	w.connect(0, devA, anna, mdib.ModeReal)
	w.value(1, devA, "spo2", 97)
	w.value(1, devA, "hr", 160)
	w.value(5, devA, "hr", 160)
	if b := w.bed(5, "1"); len(b.Conditions) == 0 {
		t.Fatal("no alarm for the first patient")
	}
	w.describe(6, devA, bert, mdib.ModeReal)
	if b := w.bed(6, "1"); b.Encounter != nil || len(b.Numerics) != 0 || len(b.Conditions) != 0 {
		t.Fatalf("the first patient is still on the bed: %+v", b)
	}
	w.value(7, devA, "hr", 80)
	w.expect(`1 real "100Ahrens"`, `1 real "100Ahrens" ended 6`, `1 real "200Bauer"`)
	if b := w.bed(7, "1"); len(b.Numerics) != 1 || b.Encounter.Patient.Family != "Bauer" {
		t.Errorf("bed %+v", b)
	}
}

func TestAnEncounterGoesOn(t *testing.T) {
	corrected := *anna
	corrected.Family = "Arens"
	for name, then := range map[string]func(w *ward){
		"through a lost link": func(w *ward) {
			w.lose(3, devA)
			w.connect(9, devA, anna, mdib.ModeReal)
		},
		"while a reconnected device has not said who": func(w *ward) {
			w.lose(3, devA)
			w.connect(9, devA, nil, mdib.ModeReal)
		},
		"under a corrected name": func(w *ward) {
			w.describe(3, devA, &corrected, mdib.ModeReal)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWard(t)
			w.connect(0, devA, anna, mdib.ModeReal)
			w.value(1, devA, "hr", 80)
			first := w.bed(1, "1").Encounter
			then(w)
			w.value(10, devA, "hr", 80)
			if e := w.bed(10, "1").Encounter; e == nil || e.ID != first.ID || e.Patient.ID != first.Patient.ID {
				t.Errorf("%+v became %+v", first, e)
			}
		})
	}
}

func TestADeviceThatDischargedItsPatientEndsTheEncounter(t *testing.T) {
	for name, nobody := range map[string]*mdib.Patient{"no patient": nil, "a patient without a name": {Category: mdib.Adult}} {
		t.Run(name, func(t *testing.T) {
			w := newWard(t)
			w.connect(0, devA, anna, mdib.ModeReal)
			w.value(1, devA, "hr", 80)
			w.describe(2, devA, nobody, mdib.ModeReal)
			w.value(3, devA, "hr", 80)
			w.expect(`1 real "100Ahrens"`, `1 real "100Ahrens" ended 2`, `1 real ""`)
		})
	}
}

func TestANameFillsTheEncounter(t *testing.T) {
	w := newWard(t)
	w.connect(0, devA, nil, mdib.ModeReal)
	w.value(1, devA, "hr", 80)
	first := w.bed(1, "1").Encounter.ID
	baby := *anna
	baby.Category = mdib.Neonatal
	w.describe(2, devA, &baby, mdib.ModeReal)
	b := w.bed(2, "1")
	if b.Encounter.ID != first || b.Encounter.Patient.Given != "Anna" || numericOf(b, "hr").Limits.High != 200 {
		t.Errorf("%+v, limits %+v", b.Encounter, numericOf(b, "hr").Limits)
	}
	w.expect(`1 real ""`, `1 real "100Ahrens"`)
}

func TestResume(t *testing.T) {
	open := mdib.Encounter{ID: uuid.New(), Patient: *anna, Location: mdib.Location{Bed: "1"}, Start: at(-86400)}
	older := open
	older.ID, older.Start = uuid.New(), at(-2*86400)
	resume := func(c *Config) { c.Resume = []mdib.Encounter{open, older} }

	t.Run("the same patient", func(t *testing.T) {
		w := newWard(t, resume)
		w.connect(0, devA, anna, mdib.ModeReal)
		w.value(1, devA, "hr", 80)
		if e := w.bed(1, "1").Encounter; e.ID != open.ID {
			t.Errorf("goes on in %+v", e)
		}
		w.expect(`1 real "100Ahrens"`)
	})
	t.Run("its device does not answer", func(t *testing.T) {
		for _, serving := range [][]uuid.UUID{{devA}, nil} {
			w := newWard(t, resume, func(c *Config) { c.Serving = serving })
			w.s.take(mdib.Report{MDS: devA, Received: at(1), Link: &mdib.Link{State: mdib.LinkLost, Reason: mdib.ReasonSilent}})
			if got := len(w.bed(2, "1").Conditions); got != len(serving) {
				t.Errorf("%d conditions of a bed that %d devices served", got, len(serving))
			}
		}
	})
	t.Run("yesterday's patient is not on today's bed", func(t *testing.T) {
		w := newWard(t, resume)
		w.connect(0, devA, bert, mdib.ModeReal)
		w.value(1, devA, "hr", 80)
		w.expect(`1 real "100Ahrens" ended 0`, `1 real "200Bauer"`)
	})
	t.Run("not yet named, then another", func(t *testing.T) {
		w := newWard(t, resume)
		w.connect(0, devA, &mdib.Patient{}, mdib.ModeReal)
		w.value(1, devA, "hr", 80)
		w.describe(2, devA, bert, mdib.ModeReal)
		w.value(3, devA, "hr", 80)
		w.expect(`1 real "100Ahrens"`, `1 real "100Ahrens" ended 2`, `1 real "200Bauer"`)
	})
	t.Run("a demo in a real bed", func(t *testing.T) {
		w := newWard(t, resume)
		w.connect(0, devA, anna, mdib.ModeDemo)
		w.value(1, devA, "hr", 80)
		w.expect(`1 real "100Ahrens" ended 1`, `1 demo "100Ahrens"`)
	})
}

func twoDevices(c *Config) {
	c.Beds[0].Devices = append(c.Beds[0].Devices, DeviceConfig{devB, "Oximeter", "nonin"})
}

func TestModesNeverMix(t *testing.T) {
	w := newWard(t, twoDevices)
	w.connect(0, devA, nil, mdib.ModeDemo)
	w.value(1, devA, "hr", 80)
	w.connect(2, devB, nil, mdib.ModeReal)
	w.value(3, devB, "spo2", 97)
	w.expect(`1 demo ""`, `1 demo "" ended 3`, `1 real ""`)
	w.value(4, devA, "hr", 81)
	b := w.bed(4, "1")
	if numericOf(b, "hr") != nil || !has(b.Conditions, alarms.FindSimulated) || b.Mode != mdib.ModeReal {
		t.Errorf("a demo value on a real bed: %+v", b)
	}
	for _, n := range w.tape.reports[len(w.tape.reports)-1].Numerics {
		t.Errorf("and on its record: %+v", n)
	}
	w.describe(5, devA, nil, mdib.ModeReal)
	w.value(6, devA, "hr", 82)
	if b := w.bed(6, "1"); numericOf(b, "hr") == nil || has(b.Conditions, alarms.FindSimulated) {
		t.Errorf("a device that became real is still refused: %+v", b)
	}
}

func TestTwoDevicesTwoPatients(t *testing.T) {
	w := newWard(t, twoDevices)
	w.connect(0, devA, anna, mdib.ModeReal)
	w.value(1, devA, "hr", 80)
	w.connect(2, devB, bert, mdib.ModeReal)
	w.value(3, devB, "spo2", 97)
	if b := w.bed(3, "1"); !has(b.Conditions, alarms.FindPatient) {
		t.Error("nobody is told that the devices name two patients")
	}
	w.expect(`1 real "100Ahrens"`)
	w.describe(4, devB, anna, mdib.ModeReal)
	if b := w.bed(4, "1"); has(b.Conditions, alarms.FindPatient) {
		t.Error("still said after the devices agree")
	}
}

func TestAdmit(t *testing.T) {
	w := newWard(t)
	if w.s.Admit("9", *anna, at(0)) == nil {
		t.Error("admitted to a bed that is not there")
	}
	w.must(w.s.Admit("1", *anna, at(0)))
	w.connect(1, devA, nil, mdib.ModeDemo)
	w.value(2, devA, "hr", 80) // nothing real was kept yet: the encounter becomes a demo
	w.expect(`1 real "100Ahrens"`, `1 demo "100Ahrens"`)
	if w.s.Admit("1", *bert, at(3)) == nil {
		t.Error("admitted to an occupied bed")
	}
	w.describe(4, devA, bert, mdib.ModeDemo)
	if b := w.bed(4, "1"); b.Encounter.Patient.Family != "Ahrens" || !has(b.Conditions, alarms.FindPatient) {
		t.Errorf("a contradiction between hand and device: %+v", b)
	}
	w.describe(5, devA, anna, mdib.ModeDemo) // changed on the device: it agrees now
	if b := w.bed(5, "1"); has(b.Conditions, alarms.FindPatient) || b.Encounter == nil {
		t.Errorf("after they agree: %+v", b)
	}
	w.must(w.s.Admit("2", *bert, at(6))) // a bed without a device
	if b := w.bed(6, "2"); b.Encounter.Patient.Family != "Bauer" {
		t.Errorf("bed 2: %+v", b)
	}
}

func TestADischargedBedStaysEmpty(t *testing.T) {
	discharged := func(t *testing.T) *ward {
		w := newWard(t)
		w.connect(0, devA, anna, mdib.ModeReal)
		w.value(1, devA, "hr", 160)
		w.value(5, devA, "hr", 160)
		w.must(w.s.Discharge("1", at(6)))
		for s := 7.0; s < 40; s++ {
			w.value(s, devA, "hr", 160)
		}
		b := w.bed(40, "1")
		if b.Encounter != nil || !b.Discharged || len(b.Numerics) != 0 || len(b.Conditions) != 0 {
			t.Fatalf("after discharge: %+v", b)
		}
		for _, r := range w.tape.reports {
			if len(r.Numerics) > 0 && r.Received.After(at(6)) {
				t.Fatalf("recorded after discharge: %+v", r.Numerics)
			}
		}
		if w.s.Discharge("1", at(40)) == nil {
			t.Error("discharged an empty bed")
		}
		return w
	}
	first := []string{`1 real "100Ahrens"`, `1 real "100Ahrens" ended 6`}
	t.Run("until somebody is admitted", func(t *testing.T) {
		w := discharged(t)
		w.must(w.s.Admit("1", *bert, at(41)))
		w.value(42, devA, "hr", 80)
		w.expect(append(first, `1 real "200Bauer"`)...)
		if b := w.bed(42, "1"); !has(b.Conditions, alarms.FindPatient) { // the device still names the first
			t.Error("no word of the device's other patient")
		}
	})
	t.Run("until the device names another", func(t *testing.T) {
		w := discharged(t)
		w.describe(41, devA, bert, mdib.ModeReal)
		w.value(42, devA, "hr", 80)
		w.expect(append(first, `1 real "200Bauer"`)...)
	})
	t.Run("until it was quiet for a while", func(t *testing.T) {
		w := discharged(t)
		w.value(98, devA, "hr", 80) // 59 s after the last
		if w.bed(98, "1").Encounter != nil {
			t.Fatal("too early")
		}
		for s := 99.0; s < 160; s++ {
			w.value(s, devA, "hr", math.NaN())
		}
		w.value(160, devA, "hr", 80)
		if b := w.bed(160, "1"); b.Encounter == nil || b.Discharged {
			t.Errorf("after a quiet minute: %+v", b)
		}
	})
}
