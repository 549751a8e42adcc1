#!/usr/bin/env python3
"""Writes the lists of names beside this file from the Indonesian locale (id_ID) of the PyPI package Faker.

    python3 -m venv names && names/bin/pip install faker==40.54.0 && names/bin/python make_names.py

The same version gives the same bytes. One name a line, sorted, each once, letters only (an apostrophe, a space
or a hyphen would do too). Titles are left out: people put them before and after names on purpose.
"""

import re
from pathlib import Path

import faker
from faker.providers.person.id_ID import Provider

VERSION = "40.54.0"

# Nobility that the package counts among given names; the rest of its titles it lists itself.
NOBILITY = {"Pangeran", "Raden"}

LISTS = {
    "given_male.txt": Provider.first_names_male,
    "given_female.txt": Provider.first_names_female,
    # Clan names and last names of men; women bear a father's, so this list is for both.
    "family.txt": Provider.last_names_male,
    # Last names that only women bear.
    "family_female.txt": Provider.last_names_female,
}


def main() -> None:
    if faker.VERSION != VERSION:
        raise SystemExit(f"the lists are made from faker {VERSION}, this is {faker.VERSION}")
    titles = NOBILITY.union(Provider.prefixes_male, Provider.prefixes_female, Provider.suffixes)
    for file_name, names in LISTS.items():
        kept = sorted(set(names) - titles)
        for name in kept:
            if not re.fullmatch(r"[A-Za-z][A-Za-z' -]*", name):
                raise SystemExit(f"{file_name}: {name!r} is not a plain name")
        Path(__file__).with_name(file_name).write_text("".join(f"{name}\n" for name in kept), "ascii")


if __name__ == "__main__":
    main()
