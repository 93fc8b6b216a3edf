package station

import (
	"fmt"
	"math"
	"sync"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"

	"github.com/google/uuid"
)

const (
	// Keep is how far back the arrays of a wave are kept for drawing.
	Keep = 75 * time.Second
	// Quiet is how long the devices of a discharged bed must send no value
	// before new values are taken for another patient's.
	Quiet = time.Minute
	// incompleteShown is how long a refused Report is presented.
	incompleteShown = time.Minute
)

// Config is what a Station is made of.
type Config struct {
	Facility string
	Beds     []Bed            // in the order of the screen; labels are unique
	Recorder Recorder         // nil records nothing
	Alarms   alarms.Config    // the unit's policy
	Resume   []mdib.Encounter // those that were open when the record was last closed
	Serving  []uuid.UUID      // the devices that served them
}

// Bed is one bed and the devices that serve it.
type Bed struct {
	Label    string
	Unit     string
	Category mdib.PatientCategory // of its patients while nobody says; CategoryUnknown is judged as adult
	Devices  []DeviceConfig
}

// DeviceConfig is one device of a bed.
type DeviceConfig struct {
	ID       uuid.UUID
	Name     string // as people call it
	Protocol string // registry name of its driver
}

// Station holds the newest state of every bed. Its methods may be called from
// any goroutine; none of them waits for anything slow.
type Station struct {
	facility string
	recorder Recorder

	mu      sync.Mutex // over all below
	engine  *alarms.Engine
	beds    []*bed
	devices map[uuid.UUID]*device
	now     time.Time // the latest that Reports, ticks and acts have told
	refused uint64
	trouble string // with the record, as last told
}

// New makes a Station. It does nothing until Run.
func New(c Config) *Station {
	s := &Station{
		facility: c.Facility,
		recorder: c.Recorder,
		engine:   alarms.New(c.Alarms),
		devices:  map[uuid.UUID]*device{},
	}
	for _, cfg := range c.Beds {
		b := &bed{Bed: cfg}
		s.beds = append(s.beds, b)
		for _, dc := range cfg.Devices {
			b.devices = append(b.devices, s.addDevice(b, dc))
		}
	}
	for _, e := range c.Resume {
		if b := s.bed(e.Location.Bed); b != nil && (b.encounter == nil || b.encounter.Start.Before(e.Start)) {
			b.encounter = &e
		}
	}
	for _, id := range c.Serving {
		if d := s.devices[id]; d != nil && d.bed.encounter != nil {
			s.engine.Expect(id)
		}
	}
	return s
}

// Run takes Reports until in is closed. Time is that of the Reports and of the
// ticks, which are best a fifth of a second apart and bear a monotonic reading.
func (s *Station) Run(in <-chan mdib.Report, ticks <-chan time.Time) {
	for {
		select {
		case r, ok := <-in:
			if !ok {
				return
			}
			s.take(r)
		case now, ok := <-ticks:
			if !ok {
				ticks = nil
				continue
			}
			s.tick(now)
		}
	}
}

// take is the way of every Report: state, judgement, record.
func (s *Station) take(r mdib.Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.passed(r.Received)
	d := s.devices[r.MDS]
	if d == nil { // the last words of a device that was taken away
		s.record(r)
		return
	}
	d.last = now
	if r.Link != nil {
		d.setLink(*r.Link)
	}
	if r.Describe != nil {
		d.describe(r.Describe)
		d.bed.sort()
		s.identify(d)
	}
	if hasValues(&r) {
		if s.serve(d, &r) {
			if d.keep(&r, now) {
				d.bed.sort()
			}
			s.bind(d)
		} else {
			r.Numerics, r.Samples, r.Enums = nil, nil, nil
		}
	}
	changes := s.engine.Step(now, r)
	s.record(r)
	s.recordAlerts(changes)
}

func hasValues(r *mdib.Report) bool { return len(r.Numerics)+len(r.Samples)+len(r.Enums) > 0 }

func (s *Station) tick(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now = s.passed(now)
	s.recordAlerts(s.engine.Tick(now))
	for _, d := range s.devices {
		if d.refused > 0 && now.Sub(d.refusedAt) >= incompleteShown {
			d.refused = 0
			s.recordAlerts(s.engine.Lower(now, alarms.Key{MDS: d.ID, Ref: incompleteRef}))
		}
	}
}

// passed lets time run on, never back.
func (s *Station) passed(now time.Time) time.Time {
	if now.After(s.now) {
		s.now = now
	}
	return s.now
}

const (
	incompleteRef mdib.Ref = "lamplight/incomplete"
	patientRef    mdib.Ref = "lamplight/patient"
	simulatedRef  mdib.Ref = "lamplight/simulated"
)

// record hands a Report on. One that is refused is counted and shown.
func (s *Station) record(r mdib.Report) {
	if s.recorder == nil || s.recorder.Record(r) {
		return
	}
	s.refused++
	d := s.devices[r.MDS]
	if d == nil {
		return
	}
	d.refused++
	d.refusedAt = s.now
	s.recordAlerts(s.engine.Raise(s.now, alarms.Condition{
		MDS: d.ID,
		AlertCondition: mdib.AlertCondition{
			Ref: incompleteRef, Priority: mdib.PriorityMedium,
			Text: fmt.Sprintf("Recording incomplete: %d reports refused", d.refused),
		},
		Finding: alarms.FindIncomplete, Value: float64(d.refused),
	}))
}

// recordAlerts records what the engine found, one Report a device.
func (s *Station) recordAlerts(changes []alarms.Condition) {
	for len(changes) > 0 {
		r := mdib.Report{MDS: changes[0].MDS, Received: s.now}
		rest := changes[:0:0]
		for _, c := range changes {
			if c.MDS == r.MDS {
				r.Alerts = append(r.Alerts, c.AlertCondition)
			} else {
				rest = append(rest, c)
			}
		}
		changes = rest
		s.record(r)
	}
}

func (s *Station) raise(d *device, ref mdib.Ref, f alarms.Finding, p mdib.Priority, text string) {
	s.recordAlerts(s.engine.Raise(s.now, alarms.Condition{
		MDS:            d.ID,
		AlertCondition: mdib.AlertCondition{Ref: ref, Priority: p, Text: text},
		Finding:        f, Value: math.NaN(),
	}))
}

func (s *Station) lower(d *device, ref mdib.Ref) {
	s.recordAlerts(s.engine.Lower(s.now, alarms.Key{MDS: d.ID, Ref: ref}))
}

func (s *Station) bed(label string) *bed {
	for _, b := range s.beds {
		if b.Label == label {
			return b
		}
	}
	return nil
}

func (s *Station) addDevice(b *bed, c DeviceConfig) *device {
	d := &device{DeviceConfig: c, bed: b, waves: map[mdib.Ref]*wave{}}
	s.devices[c.ID] = d
	return d
}
