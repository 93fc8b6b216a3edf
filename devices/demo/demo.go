// Package demo plays a ward: eight beds, each an emulator that speaks its
// device's protocol over the true transport. What connects to it does so as at
// a bedside; nothing tells it apart but the simulated mark of its data.
package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"lamplight/devices/intellivue/emulator"
	"lamplight/devices/link"
	nonin "lamplight/devices/nonin/emulator"
	"lamplight/devices/physiology"
	"lamplight/mdib"
)

// A Ward is a running demo ward.
type Ward struct {
	Beds []Bed

	cancel context.CancelFunc
	played sync.WaitGroup
	open   []interface{ Close() error }

	mu  sync.Mutex
	err error
}

// A Bed is one emulated device and where it is reached.
type Bed struct {
	Label   string
	Name    string // of the device, for people
	Model   string // registry name of the driver
	Address string
	Options map[string]string // for the driver
	Patient mdib.Patient
}

// Start opens the transports and lets every emulator play until Close. The
// monitors listen on the loopback interface, on ports that happen to be free
// from; the oximeters are behind pseudo-terminals.
func Start() (*Ward, error) {
	ctx, cancel := context.WithCancel(context.Background())
	w := &Ward{cancel: cancel}
	for i, p := range patients() {
		var err error
		if p.oximeter {
			err = w.oximeter(ctx, i, p)
		} else {
			err = w.monitor(ctx, i, p)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("demo bed %s: %w", p.bed, err), w.Close())
		}
	}
	return w, nil
}

func (w *Ward) monitor(ctx context.Context, i int, p patient) error {
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w.open = append(w.open, conn)
	e := emulator.New(physiology.NewPatient(p.profile), emulator.Options{
		BedLabel: "Bed " + p.bed, Patient: &p.Patient, Demo: true, Serial: fmt.Sprintf("DE0000%04d", i+1),
		MAC: [6]byte{0x02, 'D', 'E', 'M', 'O', byte(i + 1)}, // locally administered
	})
	w.add(p, "IntelliVue "+p.bed, "intellivue", "udp://"+conn.LocalAddr().String(), nil)
	w.play(func() error { return e.Serve(ctx, conn) })
	return nil
}

func (w *Ward) oximeter(ctx context.Context, i int, p patient) error {
	master, slave, err := link.OpenPTY()
	if err != nil {
		return err
	}
	w.open = append(w.open, master)
	e := nonin.New(physiology.NewPatient(p.profile), nonin.Options{Format: p.format})
	w.add(p, "Nonin "+p.bed, "nonin", "serial:"+slave, map[string]string{"mode": "demo"})
	w.play(func() error { return e.Serve(ctx, master) })
	return nil
}

func (w *Ward) add(p patient, name, model, address string, options map[string]string) {
	w.Beds = append(w.Beds, Bed{Label: p.bed, Name: name, Model: model, Address: address, Options: options, Patient: p.Patient})
}

func (w *Ward) play(f func() error) {
	w.played.Go(func() {
		if err := f(); err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, os.ErrClosed) {
			w.mu.Lock()
			w.err = errors.Join(w.err, err)
			w.mu.Unlock()
		}
	})
}

// Close ends the play and frees the transports. It returns what went wrong
// during the play.
func (w *Ward) Close() error {
	w.cancel()
	for _, c := range w.open {
		c.Close()
	}
	w.played.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// patient is one row of the ward.
type patient struct {
	mdib.Patient
	bed      string
	oximeter bool
	format   int // of the oximeter
	profile  physiology.Profile
}

// patients are invented. Their schedules give the ward something to show:
// the first alarm comes within a minute, and later ones take turns.
func patients() []patient {
	born := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	at := func(k physiology.Kind, start, length time.Duration) physiology.Schedule {
		return physiology.Schedule{{Kind: k, Start: start, Ramp: 15 * time.Second, Length: length}}.Repeat(10*time.Minute, 24*time.Hour)
	}
	rows := []patient{
		{bed: "01", Patient: mdib.Patient{Family: "Haugen", Given: "Ingrid", Identifier: "DEMO-1001", Sex: mdib.Female, Birth: born(1955, 3, 2)},
			profile: physiology.Profile{HeartRate: 72, SpO2: 97, Arterial: true}},
		{bed: "02", Patient: mdib.Patient{Family: "Mwangi", Given: "Peter", Identifier: "DEMO-1002", Sex: mdib.Male, Birth: born(1968, 7, 19)},
			profile: physiology.Profile{HeartRate: 88, SpO2: 95, Systolic: 134, Arterial: true, Capnography: true}},
		{bed: "03", Patient: mdib.Patient{Family: "Okafor", Given: "Ngozi", Identifier: "DEMO-1003", Sex: mdib.Female, Birth: born(1963, 1, 30)},
			profile: physiology.Profile{HeartRate: 92, SpO2: 94, RespRate: 20, Temperature: 38.2, Arterial: true,
				Schedule: at(physiology.Desaturation, 20*time.Second, 90*time.Second)}},
		{bed: "04", Patient: mdib.Patient{Family: "Silva", Given: "Rui", Identifier: "DEMO-1004", Sex: mdib.Male, Birth: born(1982, 11, 5)},
			profile: physiology.Profile{HeartRate: 64, SpO2: 99, Central: true, Arterial: true,
				Schedule: at(physiology.LeadOff, 150*time.Second, 40*time.Second)}},
		{bed: "05", Patient: mdib.Patient{Family: "Tanaka", Given: "Kenji", Identifier: "DEMO-1005", Sex: mdib.Male, Birth: born(1957, 5, 23)},
			profile: physiology.Profile{HeartRate: 76, SpO2: 96, Arterial: true, PVCs: 3,
				Schedule: at(physiology.Asystole, 240*time.Second, 12*time.Second)}},
		{bed: "06", Patient: mdib.Patient{Family: "Fischer", Given: "Hanne", Identifier: "DEMO-1006", Sex: mdib.Female, Birth: born(1950, 9, 14)},
			profile: physiology.Profile{HeartRate: 84, SpO2: 96, AtrialFibrillation: true, Systolic: 142,
				Schedule: at(physiology.Tachycardia, 330*time.Second, 60*time.Second)}},
		{bed: "07", oximeter: true, format: 2, Patient: mdib.Patient{Family: "Novak", Given: "Jan", Identifier: "DEMO-1007", Sex: mdib.Male, Birth: born(1987, 2, 11)},
			profile: physiology.Profile{HeartRate: 78, SpO2: 98}},
		{bed: "08", oximeter: true, format: 7, Patient: mdib.Patient{Family: "Adeyemi", Given: "Temi", Identifier: "DEMO-1008", Sex: mdib.Female, Birth: born(1979, 12, 1)},
			profile: physiology.Profile{HeartRate: 69, SpO2: 97,
				Schedule: at(physiology.ProbeOff, 430*time.Second, 40*time.Second)}},
	}
	for i := range rows {
		rows[i].profile.Seed = uint64(i + 1)
		rows[i].Category = mdib.Adult
	}
	return rows
}
