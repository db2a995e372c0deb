"""Made-up experience records for the bench: JSON Lines on stdout, the same for the same seed.

usage: records.py COUNT [FIRST] [BYTES]   COUNT records numbered from FIRST (1), each a line of about BYTES (2300) bytes
The words are drawn with the frequencies that words have (a few often, most seldom), so that the texts compress and index like texts.
"""
import json
import random
import sys

WORDS = {
    "fr": "le la de des et les un une à du en que pour dans sur avec par au qui plus territoire commune habitants association "
    "énergie transition quartier projet élus rivière forêt école atelier coopérative agriculture biodiversité mobilité vélo "
    "logement réemploi déchets compost marché paysan jardin partagé budget participatif assemblée citoyens région montagne "
    "littoral eau sol semences cantine locale emploi insertion artisan réseau apprentissage mémoire patrimoine frontière "
    "vallée bassin syndicat mairie département financement bénévoles expérience difficulté réussite leçon évaluation durée "
    "première année rencontre visite charte accord gouvernance alliance partenaire université recherche enquête cœur".split(),
    "en": "the of and to in a is that for on with as by at from which more territory town inhabitants association energy "
    "transition neighbourhood project councillors river forest school workshop cooperative farming biodiversity mobility "
    "bicycle housing reuse waste compost market grower garden shared budget assembly citizens region mountain coast water "
    "soil seeds canteen local jobs craft network learning memory heritage border valley basin union council funding "
    "volunteers experience difficulty success lesson evaluation duration first year meeting visit charter agreement "
    "governance alliance partner university research survey".split(),
}
SHARES = (("abstract", 15), ("context", 20), ("history", 35), ("limits", 15), ("lessons", 15))


def text(draw, lang, size):
    words, weights = WORDS[lang], [1.0 / (i + 1) for i in range(len(WORDS[lang]))]
    out, at, used = [], 0, 0
    for word in draw.choices(words, weights, k=size // 3 + 4):
        out.append(word.capitalize() if at == 0 else word)
        at += 1
        used += len(word.encode()) + 1
        if at > 7 and draw.random() < 0.12:
            out[-1] += "."
            at = 0
        if used >= size:
            break
    return " ".join(out)


def record(number, size):
    draw = random.Random(number)
    lang = "fr" if draw.random() < 0.6 else "en"
    out = {
        "source_id": "bench:%d" % number,
        "type": "experience",
        "lang": lang,
        "title": text(draw, lang, 50),
        "actors": [{"name": text(draw, lang, 15), "role": text(draw, lang, 15)}],
        "date": "20%02d-%02d" % (draw.randrange(10, 25), draw.randrange(1, 13)),
        "place": {
            "name": text(draw, lang, 10),
            "country": "FR",
            "lat": round(draw.uniform(42, 51), 6),
            "lon": round(draw.uniform(-4, 8), 6),
        },
        "concepts": ["https://example.org/concept/%d" % draw.randrange(200)],
        "licence": "CC-BY-SA-4.0",
        "source_url": "https://example.org/experience/%d" % number,
    }
    fixed = len(json.dumps(out, ensure_ascii=False).encode()) + sum(len(name) + 6 for name, _ in SHARES)
    for name, share in SHARES:
        out[name] = text(draw, lang, max(20, (size - fixed) * share // 100))
    return out


def main():
    count = int(sys.argv[1])
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    size = int(sys.argv[3]) if len(sys.argv) > 3 else 2300
    for number in range(first, first + count):
        print(json.dumps(record(number, size), ensure_ascii=False))


if __name__ == "__main__":
    main()
