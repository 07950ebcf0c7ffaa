"""What the municipality can do for somebody: kinds of effort by area and age, units, kinds of plan."""

from dataclasses import dataclass
from datetime import date

from deploy.sandbox.municipality.truth import Unit

UNITS = (
    Unit(id="social:100", name="Familieafdelingen", phone="44 77 30 00"),
    Unit(id="social:110", name="Familiehuset", phone="44 77 30 02"),
    Unit(id="social:120", name="Børn og Unge, Modtagelsen", phone="44 77 30 10"),
    Unit(id="social:200", name="Voksen og Handicap", phone="44 77 32 00"),
    Unit(id="health:300", name="Sundhedsplejen", phone="44 77 50 10"),
    Unit(id="health:310", name="Hjemmeplejen", phone="44 77 50 20"),
    Unit(id="health:320", name="Center for Misbrug og Mental Sundhed", phone="44 77 50 30"),
    Unit(id="employment:400", name="Beskæftigelse", phone="44 77 20 00"),
    Unit(id="school:500", name="Skovlunde Skole", phone="44 77 40 30"),
    Unit(id="school:510", name="PPR", phone="44 77 40 50"),
    Unit(id="school:520", name="Egelund Skole", phone="44 77 40 60"),
    Unit(id="school:530", name="Lindevang Skole", phone="44 77 40 70"),
)
UNIT_BY_ID = {unit.id: unit for unit in UNITS}
BARNETS_LOV_FROM = date(2024, 1, 1)
"""From this day child efforts are granted under barnets lov; earlier ones keep serviceloven."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of effort. ``older`` is the paragraph before barnets lov, where there is one."""

    area: str
    title: str
    unit: str
    paragraph: str | None = None
    older: str | None = None
    code: str | None = None
    kle: str | None = None

    def paragraph_on(self, day: date) -> str | None:
        """The paragraph under which it is granted on that day."""
        return self.older if self.older and day < BARNETS_LOV_FROM else self.paragraph


def _child(title: str, number: int, unit: str = "social:110") -> Kind:
    new, old = f"Barnets lov § 32, stk. 1, nr. {number}", f"Serviceloven § 52, stk. 3, nr. {_BEFORE[number]}"
    return Kind("social", title, unit, new, old, kle="27.24.00")


_BEFORE = {1: 1, 2: 2, 3: 6, 4: 8, 5: 3, 6: 4, 7: 5, 8: 9}
"""Number in serviceloven § 52, stk. 3 of each number in barnets lov § 32, stk. 1."""

FAMILY_TREATMENT = _child("Familiebehandling", 5)
PRACTICAL_SUPPORT = _child("Praktisk og pædagogisk støtte i hjemmet", 2)
CONTACT_PERSON = _child("Fast kontaktperson", 3)
WORK_PRACTICE = _child("Formidling af praktiktilbud", 4)
RESPITE = _child("Støtteophold", 7)
NETWORK_PLACEMENT = Kind(
    "social", "Anbringelse i netværksplejefamilie", "social:100", "Barnets lov § 46",
    "Serviceloven § 52, stk. 3, nr. 7",
    kle="27.27.12",
)  # fmt: skip
SOCIAL_PEDAGOGY = Kind("social", "Socialpædagogisk støtte", "social:200", "Serviceloven § 85", kle="27.36.12")
CONTACT_SUPPORT = Kind("social", "Støtte- og kontaktperson", "social:200", "Serviceloven § 99", kle="27.48.08")
DRUG_TREATMENT = Kind("social", "Stofmisbrugsbehandling", "social:200", "Serviceloven § 101", kle="27.51.04")
TEMPORARY_HOME = Kind("social", "Midlertidigt botilbud", "social:200", "Serviceloven § 107", kle="27.57.04")
MENTOR = Kind("employment", "Mentorstøtte", "employment:400", kle="15.20.36")
BENEFIT = Kind("employment", "Kontanthjælp", "employment:400", kle="32.24.04")
RESOURCE_COURSE = Kind("employment", "Ressourceforløb", "employment:400", kle="15.17.22")
WORK_PLACEMENT = Kind("employment", "Virksomhedspraktik", "employment:400", kle="15.20.04")
SPECIAL_EDUCATION = Kind("school", "Specialundervisning", "school:500", kle="17.03.08")
PPR_ASSESSMENT = Kind("school", "PPR-vurdering", "school:510", kle="17.03.04")
STU = Kind("employment", "Særligt tilrettelagt ungdomsuddannelse (STU)", "employment:400", kle="54.18.05")
FOLLOW_UP = Kind("health", "Behovskontakt med skolesundhedsplejen", "health:300", "Sundhedsloven § 121",
                 code="606c6585-444b-4ecd-885c-2ee59dc33f32", kle="29.12.08")  # fmt: skip
MENTAL_CARE = Kind("health", "Psykisk pleje og støtte", "health:320", "Sundhedsloven § 138",
                   code="6260adb6-38a0-42e3-9505-01bc3da5af94", kle="29.18.04")  # fmt: skip
MEDICINE = Kind("health", "Medicindispensering", "health:310", "Sundhedsloven § 138",
                code="81ad7190-f253-47c2-a7c9-3d61dd4f7275", kle="29.18.04")  # fmt: skip
WOUND_CARE = Kind("health", "Sårbehandling", "health:310", "Sundhedsloven § 138",
                  code="76878386-b3d2-4320-828a-a700e8a66234", kle="29.18.04")  # fmt: skip
HYGIENE = Kind("health", "Personlig hygiejne", "health:310", "Serviceloven § 83",
               code="17312894-b23f-43d9-9723-b725ac25d872", kle="27.36.04")  # fmt: skip
CLEANING = Kind("health", "Rengøring", "health:310", "Serviceloven § 83",
                code="43608562-e356-4990-8b96-e35128bbdc4f", kle="27.36.04")  # fmt: skip
TRAINING = Kind("health", "Genoptræning", "health:310", "Sundhedsloven § 140",
                code="a07ffdd2-3c27-4a42-a860-58f6bb840d77", kle="29.21.04")  # fmt: skip
COPING = Kind("health", "Mental håndtering", "health:320", "Sundhedsloven § 119",
              code="f30cab6d-2a42-4358-99d7-811127fb6e05", kle="29.09.04")  # fmt: skip

CHILD = (
    FAMILY_TREATMENT, PRACTICAL_SUPPORT, CONTACT_PERSON, RESPITE, SPECIAL_EDUCATION, PPR_ASSESSMENT, FOLLOW_UP,
    FOLLOW_UP,
)  # fmt: skip
ADULT = (
    MENTOR, BENEFIT, BENEFIT, RESOURCE_COURSE, WORK_PLACEMENT, SOCIAL_PEDAGOGY, CONTACT_SUPPORT, DRUG_TREATMENT,
    TRAINING, MENTAL_CARE, COPING,
)  # fmt: skip
OLD = (MEDICINE, WOUND_CARE, HYGIENE, CLEANING, TRAINING, MEDICINE, HYGIENE)
PURPOSES = (
    "Faste rutiner i hverdagen", "Trives i skole og fritid", "Mere ro derhjemme", "Klarer hverdagen selv",
    "Kommer tættere på arbejde eller uddannelse", "Vedligeholder kræfter og færdigheder",
)  # fmt: skip
EXTENTS = ("1 time om ugen", "2 timer om ugen", "hver anden uge", "dagligt", "efter behov")
PLANS = {
    "social_child": "Barnets plan",
    "social_adult": "Handleplan",
    "employment": "Min Plan",
    "health": "Plan for pleje og omsorg",
    "school": "Elevplan",
}
