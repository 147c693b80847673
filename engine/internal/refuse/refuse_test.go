package refuse_test

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/messages"
)

func TestEveryRefusalIsWrittenInFull(t *testing.T) {
	name := regexp.MustCompile(`^[a-z]+(_[a-z0-9]+)*$`)
	section := regexp.MustCompile(`^RFC \d{4}, (Section \d+(\.\d+)*|Appendix [A-Z](\.\d+)*)$`)
	seen := map[string]bool{}
	for _, r := range refuse.All() {
		if !name.MatchString(r.Name()) || seen[r.Name()] {
			t.Errorf("the name %q is none, or stands twice", r.Name())
		}
		seen[r.Name()] = true
		if !section.MatchString(r.Section()) {
			t.Errorf("%s: the section %q", r.Name(), r.Section())
		}
		if r.Sentence() == "" || r.Error() != r.Sentence() {
			t.Errorf("%s: the sentence %q, the error %q", r.Name(), r.Sentence(), r.Error())
		}
		if silent := r == refuse.PeerAlert || r == refuse.Truncated; (r.Alert() == messages.AlertCloseNotify) != silent {
			t.Errorf("%s: the alert %v", r.Name(), r.Alert())
		}
	}
}

func TestARefusalOutsideTheCatalogueIsABug(t *testing.T) {
	if r := refuse.Refusal(255); r.Name() != refuse.Internal.Name() || !r.Ours() {
		t.Errorf("it is %s", r.Name())
	}
}

func TestADetailAndACauseAreKept(t *testing.T) {
	detailed := refuse.BadKeyShare.With("%d bytes", 31)
	if got, want := detailed.Error(), refuse.BadKeyShare.Sentence()+": 31 bytes"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	caused := refuse.Entropy.Because(io.ErrUnexpectedEOF)
	var d *refuse.Detailed
	if !errors.As(caused, &d) || d.Refusal != refuse.Entropy || !errors.Is(caused, io.ErrUnexpectedEOF) {
		t.Errorf("the cause is not in %v", caused)
	}
	if got := refuse.Entropy.Because(nil); got != error(refuse.Entropy) {
		t.Errorf("without a cause it is %v", got)
	}
	if got := (&refuse.Detailed{Refusal: refuse.Aborted}).Error(); got != refuse.Aborted.Sentence() {
		t.Errorf("without a detail it reads %q", got)
	}
}

// What a peer has a say in stays on its line, and short, whoever puts it into words.
func TestADetailIsShortAndCanBePrinted(t *testing.T) {
	for text, want := range map[string]string{
		"a name, \"näme\" and \\":        "a name, \"näme\" and \\",
		"a\x1b]0;owned\a\nclient: ok":    `"a\x1b]0;owned\a\nclient: ok"`,
		"left\u202eright":                `"left\u202eright"`,
		"a\xff":                          `"a\xff"`,
		strings.Repeat("a", 512):         strings.Repeat("a", 512),
		strings.Repeat("a", 50000):       strings.Repeat("a", 512) + " ...",
		strings.Repeat("ä", 1000) + "\n": strings.Repeat("ä", 256) + " ...",
		"a" + strings.Repeat("ä", 1000):  "a" + strings.Repeat("ä", 255) + " ...",
	} {
		cause := errors.New(text)
		for how, err := range map[string]error{
			"with": refuse.BadKeyShare.With("%s", text), "because": refuse.BadKeyShare.Because(cause),
			"answered": refuse.BadKeyShare.Answered(messages.AlertBadCertificate, cause),
		} {
			var d *refuse.Detailed
			if !errors.As(err, &d) || d.Detail != want || d.Refusal != refuse.BadKeyShare || how != "with" && d.Cause != cause {
				t.Errorf("%s %.40q: the detail is %.80q", how, text, d.Detail)
			}
		}
	}
	var d *refuse.Detailed
	if err := refuse.PeerRejected.Answered(messages.AlertUnknownCA, nil); !errors.As(err, &d) || d.Alert != messages.AlertUnknownCA || d.Detail != "" || d.Cause != nil {
		t.Errorf("an answer that says nothing more: %v", err)
	}
}
