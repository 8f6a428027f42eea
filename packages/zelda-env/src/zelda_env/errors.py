"""The errors of this package.

```
ZeldaEnvError
├── RomError             (ValueError)     the cartridge file cannot be used
├── InitialStateError    (ValueError)     a save state does not fit, or booting did not reach play
├── EmulatorError        (RuntimeError)   PyBoy does not behave as this package relies on, or was closed
├── BuildError           (RuntimeError)   the optional compiled module could not be made
├── ArchiveError         (ValueError)     an archive is not what its file says, or belongs to something else
├── DemonstrationError   (ValueError)     a demonstration is not what its file says, or belongs to something else
├── RecordingError       (RuntimeError)   the recorder was used against its rules
└── SegmentError         (ValueError)     a recorded segment is missing or not what its manifest says
```

`zelda_env.store.StoreError` (an OSError) stands beside them: it tells what is wrong with a store.
Each takes one message, so all of them pickle and can cross a process boundary.
"""


class ZeldaEnvError(Exception):
    """Base of what this package raises on purpose."""


class RomError(ZeldaEnvError, ValueError):
    """A cartridge file is not what is needed; the message says what was seen, expected, and what to do."""


class InitialStateError(ZeldaEnvError, ValueError):
    """An episode has nowhere to start: a save state does not fit, or booting did not reach play."""


class EmulatorError(ZeldaEnvError, RuntimeError):
    """The emulator is closed, broken by a failed load, or not laid out as this package needs."""


class BuildError(ZeldaEnvError, RuntimeError):
    """The optional compiled module could not be made; everything works without it, more slowly."""


class ArchiveError(ZeldaEnvError, ValueError):
    """An archive is damaged, belongs to something else, or was used against its rules."""


class DemonstrationError(ZeldaEnvError, ValueError):
    """A demonstration is damaged, belongs to something else, or leads elsewhere than when it was recorded."""


class RecordingError(ZeldaEnvError, RuntimeError):
    """A recorder or writer was used against its rules."""


class SegmentError(ZeldaEnvError, ValueError):
    """A recorded segment is missing, damaged or of another format; the message says what was expected."""
