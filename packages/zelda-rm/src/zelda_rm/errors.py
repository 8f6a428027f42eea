"""What can go wrong, as one tree.

```
RewardModelError
├── MissingScoresError    the epoch has not been scored (also FileNotFoundError)
├── ScoreError            a line of scores.jsonl cannot be used (also ValueError)
├── SegmentError          a segment's files cannot be used (also ValueError)
├── PreferenceError       no pair can be made, or a pair cannot be used (also ValueError)
├── FitError              training gave no finite loss (also ArithmeticError)
└── ArtifactError         a reward-model artifact is missing, damaged or of another kind (also ValueError)
```

Every message says what was seen, what was expected, and what to do. `zelda_rm.store.StoreError` stands beside
the tree: it is raised by the store itself, which all packages share.
"""


class RewardModelError(Exception):
    """Base of every error this package raises."""


class MissingScoresError(RewardModelError, FileNotFoundError):
    """The epoch has not been scored yet."""


class ScoreError(RewardModelError, ValueError):
    """A line of scores.jsonl cannot be used."""


class SegmentError(RewardModelError, ValueError):
    """A segment's manifest or observations cannot be used."""


class PreferenceError(RewardModelError, ValueError):
    """No pair can be made of the scores, or a pair names what is not there."""


class FitError(RewardModelError, ArithmeticError):
    """Training never gave a finite loss, so there is no model."""


class ArtifactError(RewardModelError, ValueError):
    """A reward-model artifact is missing, damaged, or not of the kind expected."""
