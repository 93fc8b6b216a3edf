package station

import (
	"testing"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"
)

// A disk that takes nothing is on the screen before anything is lost.
func TestRecordTroubleIsShownUntilItIsOver(t *testing.T) {
	s := New(Config{})
	now := time.Now()
	s.RecordTrouble("the disk is full: free some space", now)
	s.RecordTrouble("the disk is full: free some space", now.Add(time.Second))
	got := s.View(now.Add(2 * time.Second)).Conditions
	if len(got) != 1 || got[0].Finding != alarms.FindRecord || got[0].Kind != mdib.Technical || !got[0].Present ||
		got[0].Text != "the disk is full: free some space" {
		t.Fatalf("conditions %+v: want the one about the record", got)
	}
	s.RecordTrouble("", now.Add(3*time.Second))
	for _, c := range s.View(now.Add(4 * time.Second)).Conditions {
		if c.Present {
			t.Errorf("still present after the disk recovered: %+v", c)
		}
	}
}
