package ui

import (
	"time"

	"lamplight/mdib"
	"lamplight/station"

	"github.com/google/uuid"
)

// Deps is what the window needs from the rest of the program. Ward is
// required; the others may be nil, and what they would show is then left out
// or said to be absent.
type Deps struct {
	Ward     Ward
	History  History
	Devices  Devices
	Settings Settings
	Sync     Sync
	Disk     func() (free, perDay uint64) // bytes free for the record and recorded a day, 0 if not known; quick
	Now      func() time.Time             // nil: time.Now
	Version  string
	Licences []Licence // of what the program is built from, for the About page
}

// Licence is one row of the About page.
type Licence struct{ Name, Licence string }

// Ward is the station as the window sees it. All methods may be called at any
// time from the window's goroutine and must not wait for anything slow.
type Ward interface {
	View(now time.Time) station.View
	// Samples appends the arrays of one wave that touch from…to, in order.
	Samples(device uuid.UUID, wave mdib.Ref, from, to time.Time, buf []mdib.SampleArray) []mdib.SampleArray
	// Acknowledge marks one condition as seen.
	Acknowledge(device uuid.UUID, condition mdib.Ref, now time.Time) error
	// Admit begins an encounter in a bed; the bed must be empty.
	Admit(bed string, p mdib.Patient, now time.Time) error
	Discharge(bed string, now time.Time) error
}

// History is the record as the trend page sees it. It is asked from a
// goroutine of its own and may take its time.
type History interface {
	// Rollups of one metric between from and to, by rising Start, at most about
	// max of them; a row with Count 0, or a hole between rows, is a gap.
	Rollups(device uuid.UUID, metric mdib.Ref, from, to time.Time, max int) ([]mdib.Rollup, error)
	// Encounters of a bed that touch the time between from and to.
	Encounters(bed string, from, to time.Time) ([]mdib.Encounter, error)
	// Alerts that began between from and to, oldest first.
	Alerts(device uuid.UUID, from, to time.Time) ([]mdib.AlertCondition, error)
}

// Devices is the configuration of the ward and what its connections do. Add,
// Edit and Remove are called from a goroutine of their own; their errors are
// sentences for the user.
type Devices interface {
	List() []Device
	Models() []Model
	Found() []Found // monitors that announced themselves on the network and are not configured
	Add(DeviceConfig) error
	Edit(uuid.UUID, DeviceConfig) error
	Remove(uuid.UUID) error
}

// Device is one configured device and its connection.
type Device struct {
	ID uuid.UUID
	DeviceConfig
	Link mdib.Link
	MDS  *mdib.MDS // nil until it described itself
}

// DeviceConfig is what a person chooses about a device.
type DeviceConfig struct {
	Name, Model, URL, Bed string
}

// Model is a kind of device that can be connected.
type Model struct {
	Name  string   // as DeviceConfig.Model
	Title string   // for people
	URLs  []string // example addresses, the usual one first
}

// Found is a monitor that announced itself on the network.
type Found struct {
	Model, URL, Label string
	Seen              time.Time
}

// Settings keeps what a person chose. Set is called from a goroutine of its
// own; its error is a sentence for the user.
type Settings interface {
	Get() Preferences
	Set(Preferences) error
}

// Preferences are the settings of the station and of its window.
type Preferences struct {
	Unit          string        // name of the ward or unit
	FHIR          string        // base address of the FHIR server; "" sends nothing
	FHIRToken     string        // bearer token; "" sends none
	NumericsEvery time.Duration // how often numerics go to the hospital
	TextScale     float64       // 0.9, 1, 1.15, 1.3; 0 is 1
	Language      string        // of assets/lang; "" follows the system
	HideNames     bool          // show initials instead of names
	DataDir       string        // where the record lives; shown, never set here
}

// Sync is the way to the hospital as the chip in the top bar shows it.
type Sync interface{ Status() SyncStatus }

// SyncStatus says how far the record has got.
type SyncStatus struct {
	Enabled      bool
	Pending      int       // records not yet acknowledged by the hospital
	Parked       int       // records that the hospital refused for good
	OfflineSince time.Time // zero while the server answers
	LastContact  time.Time // zero before the first one
	Problem      string    // the last error, in a sentence; "" if none
}
