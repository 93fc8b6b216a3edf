package mdib

import (
	"time"

	"github.com/google/uuid"
)

// PatientCategory chooses the alarm presets.
type PatientCategory uint8

const (
	CategoryUnknown PatientCategory = iota
	Adult
	Paediatric
	Neonatal
)

func (c PatientCategory) String() string {
	return [...]string{"unknown", "adult", "paediatric", "neonatal"}[c]
}

// Sex as devices and hospitals exchange it.
type Sex uint8

const (
	SexUnknown Sex = iota
	Female
	Male
	SexOther
)

// String gives the code of FHIR's AdministrativeGender.
func (s Sex) String() string { return [...]string{"unknown", "female", "male", "other"}[s] }

// Patient is a patient context. Every field may be empty.
type Patient struct {
	ID         uuid.UUID // ours, stable; uuid.Nil until we made one
	Identifier string    // the hospital's number (MRN), as the source sent it
	Family     string
	Given      string
	Birth      time.Time // date only; zero if unknown
	Sex        Sex
	Category   PatientCategory
	Paced      bool
	HeightCm   float64 // 0 if unknown
	WeightKg   float64 // 0 if unknown
}

// Location is where a bed stands.
type Location struct {
	Facility string
	Unit     string
	Bed      string
}

// Encounter is a stay of one patient in one bed, from admit to discharge. End
// is zero while it lasts.
type Encounter struct {
	ID       uuid.UUID
	Patient  Patient
	Location Location
	Start    time.Time
	End      time.Time
	Mode     GenerationMode // simulated stays never mix with real ones
}
