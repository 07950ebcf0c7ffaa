"""The page of Maja's story (``docs/brug/maja.md``): what it says that pages say, in a form that can be compared."""

from tests.sandbox.told_story import PICTURES, read_story

LARGEST_PICTURE = 120_000


def test_the_page_goes_from_2015_to_2025_and_every_step_says_what_somebody_saw() -> None:
    steps = read_story()
    days = [step.day for step in steps]
    assert days == sorted(set(days))
    assert (days[0].year, days[-1].year) == (2015, 2025)
    assert all(step.sights for step in steps)
    assert all(sight.sentences for step in steps for sight in step.sights)
    assert {sight.employee for step in steps for sight in step.sights} >= {
        "anna.holm",
        "mads.krogh",
        "peter.lund",
        "sara.winther",
    }


def test_every_picture_is_there_small_and_of_a_step() -> None:
    pictures = {step.picture for step in read_story() if step.picture}
    stored = {path.name for path in PICTURES.glob("*")}
    assert pictures == stored
    assert all((PICTURES / name).stat().st_size < LARGEST_PICTURE for name in pictures)
