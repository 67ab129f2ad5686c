"""Charts and their thresholds: the numbers in the taxonomy's definitions, the ones that every oracle uses."""

from dataclasses import dataclass

from scenarios.hazards.taxonomy import taxonomy


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A measure's title, its axis and its two thresholds."""

    measure: str  # id of a file in scenarios/criticality
    title: str
    unit: str
    top: float  # the axis ends here: beyond it nothing is critical
    onset: float | None = None
    near_miss: float | None = None


THRESHOLDS = taxonomy().thresholds

LIMITS: tuple[Limit, ...] = (
    Limit(
        measure="ttc",
        title="Time to collision",
        unit="s",
        top=8.0,
        onset=THRESHOLDS.onset.ttc_s.value,
        near_miss=THRESHOLDS.near_miss.ttc_s.value,
    ),
    Limit(measure="thw", title="Time headway", unit="s", top=5.0),
    Limit(
        measure="required_deceleration",
        title="Required deceleration",
        unit="m/s²",
        top=10.0,
        onset=THRESHOLDS.onset.required_deceleration_mps2.value,
        near_miss=THRESHOLDS.near_miss.required_deceleration_mps2.value,
    ),
)
