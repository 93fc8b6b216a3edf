package intellivue_test

import (
	"bytes"
	"testing"
	"time"

	"lamplight/devices/intellivue/emulator"
	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

// gapsOf counts the places where a wave does not go on where it left off.
func gapsOf(list []mdib.SampleArray, period time.Duration) (gaps int) {
	for i := 1; i < len(list); i++ {
		due := list[i-1].Time.Add(time.Duration(len(list[i-1].Samples)) * period)
		if d := list[i].Time.Sub(due); d < -period || d > period {
			gaps++
		}
	}
	return gaps
}

func TestWavesGoOnWithoutAGapForHalfAnHour(t *testing.T) {
	l := &line{e: emulator.New(newBedside(), emulator.Options{}), end: 30 * time.Minute}
	reports, _, err := run(t, l, map[string]string{"waves": "Pleth"})
	if err != nil {
		t.Fatal(err)
	}
	pleth := byRefID(t, last(reports), "MDC_PULS_OXIM_PLETH", mdib.KindSampleArray)
	list := samples(reports, pleth.Ref)
	if n := gapsOf(list, pleth.Period); n != 0 || len(list) < 6900 {
		t.Errorf("%d gaps in %d blocks", n, len(list))
	}
}

// A monitor that does not answer a request for so long is asked for less.
func TestAMonitorThatSendsForTenMinutesAtMostIsAskedForThem(t *testing.T) {
	l := &line{e: emulator.New(newBedside(), emulator.Options{}), end: 12 * time.Minute}
	l.ignore = func(p []byte) bool {
		m, err := wire.Parse(p)
		if err != nil || m.Poll == nil {
			return false
		}
		v, ok := wire.Find(m.Poll.Attrs, wire.AttrPollPeriod)
		if !ok {
			return false
		}
		ticks := uint32(wire.Ticks(10 * time.Minute))
		return bytes.Compare(v, wire.Put32(ticks)) > 0
	}
	reports, _, err := run(t, l, map[string]string{"waves": "Pleth"})
	if err != nil {
		t.Fatal(err)
	}
	pleth := byRefID(t, last(reports), "MDC_PULS_OXIM_PLETH", mdib.KindSampleArray)
	list := samples(reports, pleth.Ref)
	if n := gapsOf(list, pleth.Period); n > 1 || len(list) < 2600 {
		t.Errorf("%d gaps in %d blocks: want one at most, where the poll is renewed", n, len(list))
	}
	if len(numerics(reports, byRefID(t, last(reports), "MDC_ECG_HEART_RATE", mdib.KindNumeric).Ref)) < 600 {
		t.Error("numerics did not go on")
	}
}
