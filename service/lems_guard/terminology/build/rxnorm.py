"""RxNorm product names taken apart: components, dose form and brand.

12 HR metoprolol succinate 50 MG Extended Release Oral Tablet [Toprol]
amoxicillin 875 MG / clavulanate 125 MG Oral Tablet [Augmentin]
{6 (azithromycin 250 MG Oral Tablet) } Pack [Z-PAK]
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from lems_guard.terminology.build.rows import parts, read_rows
from lems_guard.terminology.build.substances import Substances
from lems_guard.terminology.words import key_of

SOURCE = "rxnorm_names"
# Elements whose salts are different substances: `calcium carbonate` is no `calcium`.
ELEMENTS = frozenset(
    {
        "aluminum",
        "ammonium",
        "methyl",
        "ethyl",
        "phenyl",
        "benzyl",
        "ferric",
        "vitamin",
        "tricalcium",
        "dicalcium",
        "calcium",
        "copper",
        "iron",
        "magnesium",
        "manganese",
        "potassium",
    }
    | {"selenium", "silver", "sodium", "zinc", "ferrous", "bismuth", "strontium", "hydrogen"}
    | {"monobasic", "dibasic", "tribasic"}
)
_BRAND = re.compile(r"\s*\[([^\[\]]+)\]\s*$")
_INNER_BRAND = re.compile(r"\s*\[[^\[\]]*\]")
_PACK_ITEM = re.compile(r"\d+ \(((?:[^()]|\([^()]*\))*)\)")
_QUALIFIERS = (
    "pulmonary hypertension|atrial fibrillation|preservative-free|augmented|twice-daily|once-daily|"
    "emollient|osmotic|modified|abuse-deterrent|pediatric|sprinkle|biphasic|breath-actuated|matrix|"
    "sugar-free|micronized|microencapsulated|release|dose|doses|sensor|live|\\d-month|"
    r"\d+/\d+ release|NDA\d+|[\d.]+ (?:ML|HR|ACTUAT|MG|DAY|Dose|G|MIN|L|UNT|CM|SQCM)"
)
# Vaccines and allergens are named by strains: no order says these names.
_STRAINS = re.compile(
    r"virus|antigen|vaccine|toxoid|serotype|pollen|allergenic|\d/\d{4}", re.IGNORECASE
)
_BIOSIMILAR = re.compile(r"-[a-z]{4}$")
_STRENGTH = re.compile(
    r"\s+[\d.,-]+\s+(?:\[?[A-Z\[\]'_]+\]?|cells|Cells)(?:/[A-Za-z0-9.]+)?(?=\s|$)", re.IGNORECASE
)


class RxNormProduct(NamedTuple):
    """A product's components as named, its dose form as far as the name tells, and its brand."""

    components: tuple[str, ...]
    form: str
    brand: str


def leading(qualifiers: Iterable[str]) -> re.Pattern[str]:
    """What may stand before a component: `24 HR`, `preservative-free`, and the words given."""
    words = "|".join((*map(re.escape, sorted(qualifiers)), _QUALIFIERS))
    return re.compile(rf"^(?:(?:{words})(?:,? and|,)? )+", re.IGNORECASE)


_LEADING = leading(())


def read_product(name: str, before: re.Pattern[str] = _LEADING) -> RxNormProduct | None:
    """The parts of a product's name; `None` for a name without strengths."""
    name = " ".join(name.split())
    found = _BRAND.search(name)
    brand = found[1] if found else ""
    body = _BRAND.sub("", name)
    if body.startswith("{"):
        items = [read_product(item, before) for item in _PACK_ITEM.findall(body)]
        products = [item for item in items if item is not None]
        components = {part for item in products for part in item.components}
        forms = {item.form for item in products}
        return RxNormProduct(
            tuple(sorted(components)), forms.pop() if len(forms) == 1 else "", brand
        )
    return _single(_INNER_BRAND.sub("", body), brand, before)


def _single(body: str, brand: str, before: re.Pattern[str]) -> RxNormProduct | None:
    components, form = [], ""
    for item in body.split(" / "):
        part = before.sub("", item)
        strength = _STRENGTH.search(part)
        if strength is None or not strength.start():
            return None
        components.append(part[: strength.start()].strip())
        form = part[strength.end() :].strip()
    return RxNormProduct(tuple(components), form, brand)


def read_names(sources: Path) -> dict[str, str]:
    """RxCUI → name, white space made plain."""
    rows = read_rows(sources / "rxnorm_names.tsv", optional=True)
    rows += read_rows(sources / "rxnorm_forms.tsv", optional=True)
    return {row["rxcui"]: " ".join(row["name"].split()) for row in rows}


def brand_keys(sources: Path, by_hand: Path) -> frozenset[str]:
    """Every brand that the facts name, as it is looked up."""
    brands = [row["brand"] for row in read_rows(sources / "combinations.tsv")]
    brands += [row["brand"] for row in read_rows(by_hand / "brands.tsv")]
    for row in read_rows(sources / "drug_facts.tsv"):
        brands += parts(row["brands"])
    return frozenset(key_of(brand) for brand in brands)


def add_components(
    substances: Substances,
    products: list[RxNormProduct],
    names: dict[str, str],
    salts: frozenset[str],
    brands: frozenset[str],
    seconded: frozenset[str],
) -> None:
    """Every component of a product becomes known: as a name of an ingredient, or as a new one.

    A brand in the place of a component is none: it would hide what the brand holds. Nor is what
    has no code and no second source.
    """
    brands |= {key_of(product.brand) for product in products}
    codes = {key_of(name): rxcui for rxcui, name in sorted(names.items(), reverse=True)}
    for component in sorted({part.lower() for product in products for part in product.components}):
        key = key_of(component)
        if key in substances.names or key in brands or _STRAINS.search(component):
            continue
        base = base_of(component, substances, salts)
        known = substances.lookup(base)
        if known is None:
            code = codes.get(key_of(base), "")
            if not code and seconded.isdisjoint({key_of(base), key_of(component)}):
                continue
            substances.add(base, code, SOURCE)
            known = (substances.ingredient(base),)
        substances.call(component, known, SOURCE)


def base_of(component: str, substances: Substances, salts: frozenset[str]) -> str:
    """The component without its salt: the longest known beginning, else all salt words off."""
    if substances.lookup(_BIOSIMILAR.sub("", component)) is not None:
        return _BIOSIMILAR.sub("", component)
    words = component.split()
    shortest = component
    for end in range(len(words) - 1, 0, -1):
        if key_of(words[end]) not in salts or (end == 1 and words[0].strip(",") in ELEMENTS):
            break
        shortest = " ".join(words[:end]).rstrip(",")
        if substances.lookup(shortest) is not None:
            return shortest
    return shortest


def brands_of(
    products: Iterable[RxNormProduct], substances: Substances, form_routes: dict[str, str]
) -> list[tuple[str, tuple[str, ...], str]]:
    """Each brand with each set of ingredients, and the route if all its products share one."""
    found: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for product in products:
        ingredients = _ingredients(product, substances)
        if product.brand and ingredients:
            # A component without form (`Naproxen 500 MG [Naprosyn]`) says nothing of the route.
            routes = found[product.brand, ingredients]
            if product.form:
                routes.add(form_routes.get(key_of(product.form), ""))
    return [
        (brand, ingredients, next(iter(routes)) if len(routes) == 1 else "")
        for (brand, ingredients), routes in sorted(found.items())
    ]


def _ingredients(product: RxNormProduct, substances: Substances) -> tuple[str, ...]:
    names: set[str] = set()
    for component in product.components:
        if component.lower() == "inert ingredients":
            continue
        known = substances.lookup(component)
        if known is None:
            return ()
        names.update(known)
    return tuple(sorted(names))
