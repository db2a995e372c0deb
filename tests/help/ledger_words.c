#include "tests/help/ledger_words.h"

#include <string.h>

/* clang-format off */
static const char *const french[] = {
    "la", "le", "les", "des", "une", "un", "pour", "dans", "avec", "sur", "par", "qui", "commune", "quartier", "habitants", "eau", "forêt", "énergie", "école",
    "jardin", "partagé", "atelier", "récolte", "marché", "coopérative", "semences", "sol", "vélo", "réparation", "logement", "accueil", "santé", "culture", "mémoire",
    "rivière", "montagne", "littoral", "pêche", "bois", "chauffage", "solaire", "toiture", "isolation", "cantine", "légumes", "abeilles", "compost", "déchets",
    "recyclage", "monnaie", "locale", "épargne", "solidarité", "assemblée", "décision", "budget", "participatif", "jeunes", "aînés", "femmes", "migrants",
    "formation", "apprentissage", "recherche", "université", "artisans", "bâtiment", "argile", "paille", "chanvre", "transports", "train", "gare", "route",
    "mobilité", "climat", "sécheresse", "inondation", "haies", "bocage", "prairie", "élevage", "fromage", "moulin", "four", "pain", "bibliothèque", "radio",
    "journal", "théâtre", "musique", "fête", "patrimoine", "tourisme", "auberge", "sentier", "parc", "réserve", "oiseaux", "biodiversité", "charte",
    "réseau", "alliance", "partenaires", "bénévoles", "salariés", "financement", "subvention", "difficultés", "limites", "réussite", "étapes", "diagnostic",
    "enquête", "mesure", "résultats", "années", "premiers", "pouvoirs", "publics", "région", "département", "mairie", "élus", "association", "collectif", "projet",
};
static const char *const english[] = {
    "the", "a", "of", "and", "to", "for", "with", "in", "on", "by", "town", "neighbourhood", "residents", "water", "forest", "energy", "school", "garden",
    "shared", "workshop", "harvest", "market", "cooperative", "seeds", "soil", "bicycle", "repair", "housing", "welcome", "health", "culture", "memory", "river",
    "mountain", "coast", "fishing", "wood", "heating", "solar", "roof", "insulation", "canteen", "vegetables", "bees", "compost", "waste", "recycling", "currency",
    "local", "savings", "solidarity", "assembly", "decision", "budget", "participatory", "youth", "elders", "women", "migrants", "training", "learning", "research",
    "university", "craft", "building", "clay", "straw", "hemp", "transport", "train", "station", "road", "mobility", "climate", "drought", "flood", "hedges",
    "meadow", "cattle", "cheese", "mill", "oven", "bread", "library", "radio", "newspaper", "theatre", "music", "festival", "heritage", "tourism", "inn", "trail",
    "park", "reserve", "birds", "biodiversity", "charter", "network", "alliance", "partners", "volunteers", "staff", "funding", "grant", "difficulties", "limits",
    "success", "steps", "diagnosis", "survey", "measure", "results", "years", "first", "public", "region", "county", "council", "association", "project",
};
static const char *const names[] = {
    "Béton vert", "Rivières d’avenir", "Terre commune", "Les Semeurs", "Atelier du Port", "Maison des vents", "Sol vivant", "Pain levé", "Coopérative Horizon",
    "Forêts jardinées", "La Source", "Open Commons", "Bridge Street", "Commons Lab", "Énergies douces", "Grand Air", "Le Fil", "Mains ouvertes", "Passerelles",
    "Quatre Saisons", "Radio Vallée", "Tiers Lieu", "Vélocité", "Village monde", "Watershed", "Archipel", "Canopée", "Demain ici", "Escale", "Fabrique",
    "Germinal", "Hameau", "Interlude", "Jardins du Lac", "Kaléidoscope", "Lisière", "Métairie", "Nacelle", "Oasis", "Phare",
};
/* clang-format on */

static uint64_t next(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

void ledger_words(const char *lang, uint64_t seed, size_t n, struct buf *out)
{
    bool fr = strcmp(lang, "fr") == 0;
    const char *const *words = fr ? french : english;
    size_t all = fr ? sizeof french / sizeof *french : sizeof english / sizeof *english;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = next(&seed), below = 1 + (x >> 32) % all;
        const char *word = words[(x & 0xffff) % below];
        buf_printf(out, "%s%s", i % 12 == 0 && i ? ". " : i ? " " : "", word);
    }
}

const char *ledger_ally_name(size_t at)
{
    return names[at % (sizeof names / sizeof *names)];
}
