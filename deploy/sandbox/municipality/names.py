"""Names and words to make people and their surroundings from; all ordinary Danish, none a real person's."""

FEMALE = (
    "Anne", "Mette", "Kirsten", "Hanne", "Søs", "Åse", "Karen", "Line", "Maria", "Emma", "Ida", "Freja", "Clara",
    "Sofia", "Alma", "Agnes", "Nanna", "Signe", "Rikke", "Camilla", "Louise", "Julie", "Cecilie", "Bodil", "Gerda",
    "Inger", "Birthe", "Tove", "Lis", "Jytte", "Pia", "Malene", "Pernille", "Fatima", "Aisha", "Zeynep", "Olivia",
    "Ellen", "Josefine", "Mathilde", "Sigrid", "Asta", "Gudrun", "Maj-Britt", "Ann-Sofie", "Liselotte", "Dagny",
    "Rosa", "Merle", "Viola",
)  # fmt: skip
MALE = (
    "Jens", "Peter", "Lars", "Søren", "Åge", "Bjørn", "Jørgen", "Henrik", "Morten", "Thomas", "Emil", "Noah",
    "Oscar", "Carl", "William", "Malthe", "Aksel", "Valdemar", "Anders", "Rasmus", "Mikkel", "Jakob", "Kasper",
    "Frederik", "Christian", "Poul", "Svend", "Erik", "Knud", "Ole", "Kjeld", "Gunnar", "Torben", "Bent", "Ahmed",
    "Mohammed", "Yusuf", "Elias", "Viggo", "Otto", "Storm", "Villads", "Asger", "Ejnar", "Hans-Henrik", "Karl-Åge",
    "Magnus", "Tobias", "Sebastian", "Lauge",
)  # fmt: skip
FAMILY = (
    "Jensen", "Nielsen", "Hansen", "Pedersen", "Andersen", "Christensen", "Larsen", "Sørensen", "Rasmussen",
    "Jørgensen", "Petersen", "Madsen", "Kristensen", "Olsen", "Thomsen", "Christiansen", "Poulsen", "Johansen",
    "Møller", "Mortensen", "Knudsen", "Østergaard", "Søndergaard", "Kjær", "Nørgaard", "Bæk", "Åkjær", "Dæhnfeldt",
    "Brandt", "Vestergaard", "Lund", "Holm", "Skov", "Bruun", "Friis", "Dahl", "Winther", "Krogh", "Lindholm",
    "Ravn", "Toft", "Bech", "Frandsen", "Gregersen", "Hermansen", "Iversen", "Jeppesen", "Korsgaard", "Overgaard",
    "Yılmaz", "Ahmadi", "Hussain", "Nguyen", "Kowalska", "Petrović",
)  # fmt: skip
STREETS = (
    "Egevej", "Bøgevænget", "Åparken", "Skolestræde", "Møllevej", "Søndre Allé", "Kirkebakken", "Rådhusvej",
    "Østergade", "Fælledvej", "Stationsvej", "Lærkevænget", "Hybenvej", "Havremarken", "Birkelunden", "Violvej",
    "Grønnegade", "Toftevang", "Kløvermarken", "Ærøvej",
)  # fmt: skip
TOWNS = (
    ("2999", "Egelund"), ("2998", "Skovlunde Mark"), ("2997", "Ådalen"),
)  # fmt: skip
WORKERS = (
    "Bente Kjær", "Susanne Ravn", "Niels Østergaard", "Camilla Toft", "Jørn Bæk", "Trine Møller", "Amina Hussain",
    "Kåre Lindholm", "Lotte Frandsen", "Marianne Søe", "Esben Brandt", "Ulla Nørgaard",
)  # fmt: skip


def worker_number(name: str) -> int:
    """The number by which the social system names an employee."""
    return sum(map(ord, name))
