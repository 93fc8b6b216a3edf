package station

import (
	"sync"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"

	"github.com/google/uuid"
)

// Config is what a Station is made of.
type Config struct {
	Facility string
	Beds     []Bed            // in the order of the screen; labels are unique
	Recorder Recorder         // nil records nothing
	Alarms   alarms.Config    // the unit's policy
	Resume   []mdib.Encounter // those that were open when the record was last closed
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
	mu sync.Mutex
}

// New makes a Station. It does nothing until Run.
func New(c Config) *Station { return &Station{} }

// Run takes Reports until in is closed. Time is that of the Reports and of the
// ticks, which are best a fifth of a second apart and bear a monotonic reading.
func (s *Station) Run(in <-chan mdib.Report, ticks <-chan time.Time) {}

// View is a copy of the newest state.
func (s *Station) View(now time.Time) View { return View{} }

// ViewInto is View that reuses the slices of v.
func (s *Station) ViewInto(now time.Time, v *View) {}

// Samples appends the arrays of one wave that touch from…to, in order. At
// least the last 60 s are kept.
func (s *Station) Samples(device uuid.UUID, wave mdib.Ref, from, to time.Time, buf []mdib.SampleArray) []mdib.SampleArray {
	return buf
}

// Acknowledge marks one condition as seen.
func (s *Station) Acknowledge(device uuid.UUID, condition mdib.Ref, now time.Time) error { return nil }

// AcknowledgeAll marks every condition of a bed as seen.
func (s *Station) AcknowledgeAll(bed string, now time.Time) error { return nil }

// Admit begins an encounter in an empty bed, or names the patient of one that
// began without a name.
func (s *Station) Admit(bed string, p mdib.Patient, now time.Time) error { return nil }

// Discharge ends the encounter of a bed.
func (s *Station) Discharge(bed string, now time.Time) error { return nil }

// SetLimits puts limits in force for one metric of a bed, until its encounter ends.
func (s *Station) SetLimits(bed string, metric mdib.Metric, l alarms.Limits, now time.Time) error {
	return nil
}

// SetBeds replaces the beds and devices. What stays keeps its state.
func (s *Station) SetBeds(beds []Bed, now time.Time) {}
