#!/bin/bash
# make demo: an alliance on this machine, end to end, by public commands alone: found, join, publish, live sync, kill -9 and catching up, a
# conflict seen and resolved, what a CMS writes, found elsewhere, its translation, a year closed, its ledger and report, equal digests, verify. Every command shown is the one that ran; "citego $" stands for --data DIR of that site.
#
#   demo.sh PATH/allied     KEEP=1 leaves the sites running and says how to stop them
#
# Needs bash and coreutils, no JSON tool. Ends with 0, or says what failed, shows the end of that site's journal, and ends with 1.
# shellcheck disable=SC1111,SC2317
set -u
allied=$(realpath -- "${1:?usage: demo.sh PATH/allied}") || exit 1
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
shown_binary=$allied
case $allied in "$PWD"/*) shown_binary=${allied#"$PWD"/} ;; esac
data=tests/demo/data
sites=(citego coherence fondation)
declare -A ally=([citego]="Citego" [coherence]="Réseau Cohérence" [fondation]="Fondation des Territoires" [jardins]="Les Jardins")
declare -A pid=() port=() ready=() # ready: what a daemon says once it is up
declare -a used=() # commands of this step, as shown
wait_s=15 step=0 heading="" out="" guards="" failed=""
unset ALLIED_DATA MAKEFLAGS MFLAGS MAKELEVEL

# ---- speaking ----

# The language that allied itself would choose.
language=en
for wish in "${LC_ALL:-}" "${LC_MESSAGES:-}" "${LANG:-}"; do
    case $wish in
    fr | fr[_.@-]*) language=fr && break ;;
    en | en[_.@-]*) break ;;
    esac
done

bold="" dim="" green="" red="" plain="" tty=""
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then
    tty=yes
    if [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'; fi
fi

# text ENGLISH FRENCH [VALUE…]: one of the two, with its values (printf).
text() {
    local form=$1
    if [ $language = fr ]; then form=$2; fi
    shift 2
    # shellcheck disable=SC2059
    printf "$form" "$@"
}
say() { text "$@" && echo; }

# begin ENGLISH FRENCH: a step starts; on a terminal its heading stands there until the result replaces it.
begin() {
    step=$((step + 1)) used=()
    heading=$(text "$@")
    if [ -n "$tty" ]; then printf '%2d … %s' $step "$heading"; fi
}
# end ENGLISH FRENCH [VALUE…]: what came of it, and the commands.
end() {
    if [ -n "$tty" ]; then printf '\r\e[K'; fi
    printf '%2d %s✓%s %s\n' $step "$green" "$plain" "$(text "$@")"
    local line
    for line in ${used[@]+"${used[@]}"}; do printf '     %s%s%s\n' "$dim" "$line" "$plain"; done
}
# padded TEXT WIDTH: with blanks up to WIDTH characters, whatever the locale counts.
padded() {
    local LC_ALL=C
    local bare=${1//[$'\x80'-$'\xbf']/}
    printf '%s%*s' "$1" $(($2 > ${#bare} ? $2 - ${#bare} : 0)) ""
}
now_ms() { echo $((${EPOCHREALTIME//[.,]/} / 1000)); }
# span MS: "84 ms", "1.7 s".
span() {
    if [ "$1" -lt 1000 ]; then
        echo "$1 ms"
    else
        text '%d.%d s' '%d,%d s' $(($1 / 1000)) $(($1 % 1000 / 100))
    fi
}

# ---- ending ----

# stop SITE [SIGNAL]: ends its daemon, by its pid, and waits until it is gone.
stop() {
    local p=${pid[$1]:-}
    [ -n "$p" ] || return 0
    kill "-${2:-TERM}" "$p" 2>/dev/null
    for _ in {1..50}; do
        kill -0 "$p" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$p" 2>/dev/null
    unset "pid[$1]"
}
leave() {
    local code=$? s
    trap - EXIT INT TERM HUP
    if [ "$code" -eq 0 ] && [ -n "${KEEP:-}" ]; then exit 0; fi
    for s in "${sites[@]}"; do stop "$s"; done
    if [ -n "$failed" ]; then
        say "  The data of the sites stays for a look: %s" "  Les données des sites restent pour examen : %s" "$dir"
    else
        rm -rf -- "$dir"
    fi
    if [ -n "$guards" ]; then rm -rf -- "$guards"; fi
    exit "$code"
}
# fail SITE ENGLISH FRENCH [VALUE…]
fail() {
    local site=$1
    shift
    if [ -n "$tty" ]; then printf '\r\e[K'; fi
    printf '%2d %s✗ %s%s\n' "$step" "$red" "$heading" "$plain"
    printf '   %s\n' "$(text "$@")"
    if [ -s "$dir/err" ]; then sed 's/^/   /' "$dir/err"; fi
    echo
    say "   End of the journal of %s:" "   Fin du journal de %s :" "$site"
    tail -n 12 "$dir/$site/journal" 2>/dev/null | sed 's/^/   | /'
    tail -n 3 "$dir/$site.out" 2>/dev/null | sed 's/^/   > /'
    failed=yes
    exit 1
}

# ---- doing ----

quoted() {
    local arg text=""
    for arg; do
        case $arg in
        allied-*) arg=${arg:0:16}… ;;
        *[!A-Za-z0-9_.,:/@=+-]*) arg="\"$arg\"" ;;
        esac
        text+=" $arg"
    done
    echo "$text"
}
# quiet SITE ARGUMENTS…: runs it; its stdout goes to $out. Not shown.
quiet() {
    local site=$1 code
    shift
    out=$(timeout --foreground 20 "$allied" --data "$dir/$site" --timeout 10 "$@" 2>"$dir/err" </dev/null)
    code=$?
    # 2: a site that is degraded, as status says while others are away.
    [ $code -eq 0 ] || { [ $code -eq 2 ] && [ "$1" = status ]; } ||
        fail "$site" "This ended with %s: allied%s" "Cette commande s’est terminée avec %s : allied%s" $code "$(quoted "$@")"
}
# run SITE ARGUMENTS…: the same, shown below the step. --json and --quiet are left out of what is shown.
run() {
    local site=$1 arg shown=()
    for arg in "${@:2}"; do
        case $arg in --json | --quiet) ;; *) shown+=("$arg") ;; esac
    done
    used+=("$site \$ allied$(quoted "${shown[@]}")")
    quiet "$@"
}
# value NAME: the first "NAME": … of the JSON in $out. (Of a status, "state" would be the first peer's.)
value() {
    [[ $out =~ \"$1\":\"?([^\",}]*) ]] && echo "${BASH_REMATCH[1]}"
}
# put PATH JSON OUTCOME: what a CMS sends to citego over HTTP, with its token, and what has to come of it. No curl: a fresh Debian has none.
put() {
    local LC_ALL=C # ${#2} is a number of bytes
    used+=("CMS → PUT $1  ($3)")
    exec 9<>"/dev/tcp/127.0.0.1/${port[http]}" || fail citego "Nothing answers there." "Rien ne répond là."
    printf 'PUT %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' \
        "$1" "${port[http]}" "$token" ${#2} "$2" >&9
    out=$(cat <&9)
    exec 9>&-
    [ "$(value outcome)" = "$3" ] || fail citego "Instead of “%s”: %s" "Au lieu de « %s » : %s" "$3" "$out"
}
# start SITE: its daemon, until it listens.
start() {
    local s=$1 tries
    used+=("$s \$ allied daemon")
    # A session of its own: Ctrl-C is for this script, which then ends the daemons, and KEEP=1 outlives the terminal.
    setsid "$allied" --data "$dir/$s" daemon >"$dir/$s.out" 2>&1 </dev/null &
    pid[$s]=$!
    disown # bash would announce its death
    for ((tries = 0; tries < wait_s * 50; tries++)); do
        if grep -q -F "${ready[$s]}" "$dir/$s.out"; then return; fi
        kill -0 "${pid[$s]}" 2>/dev/null || break
        sleep 0.02
    done
    : >"$dir/err"
    fail "$s" "The daemon did not start." "Le service n’a pas démarré."
}
# agree KEY=VALUE…: until all sites hold this, and their digests are equal. Sets digest and took_ms.
agree() {
    local from s first want late="" missing=""
    from=$(now_ms)
    while [ $(($(now_ms) - from)) -lt $((wait_s * 1000)) ]; do
        first="" late=""
        for s in "${sites[@]}"; do
            quiet "$s" status --json
            digest=$(value digest)
            first=${first:-$digest}
            missing=digest
            if [ "$digest" != "$first" ]; then late=$s && break; fi
            missing=digest_equal
            # Between two that meet only through others, there is no digest to compare.
            case ${out//'"state":"relayed"'*'"digest_equal":null'/} in
            *'"digest_equal":false'* | *'"digest_equal":null'*) late=$s && break ;;
            esac
            for want in "$@"; do
                missing=$want
                if [ "$(value "${want%%=*}")" != "${want#*=}" ]; then late=$s && break 2; fi
            done
        done
        took_ms=$(($(now_ms) - from))
        if [ -z "$late" ]; then return; fi
        sleep 0.05
    done
    "$allied" --data "$dir/$late" --timeout 5 status >"$dir/err" 2>&1
    fail "$late" "%s did not come to agree within %s s: %s" "%s n’est pas arrivé à l’accord en %s s : %s" "$late" $wait_s "$missing"
}
free_port() {
    local p
    for _ in {1..200}; do
        p=$((20000 + RANDOM % 10000))
        case " ${port[*]-} " in *" $p "*) continue ;; esac
        if ! (: <"/dev/tcp/127.0.0.1/$p") 2>/dev/null; then break; fi
    done
    echo $p
}

# ---- the sites ----

year=$(date -u +%Y)
kept=$(dirname "$shown_binary")/demo # the report stays for who wants to read it
dir=$(mktemp -d "${TMPDIR:-/tmp}/allied-demo.XXXXXX") || exit 1
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# The guards of the demo's sites stand by themselves, so that they can be taken away with it.
if guards=$(mktemp -d /dev/shm/allied-demo.XXXXXX 2>/dev/null); then export RUNTIME_DIRECTORY=$guards; fi
began=$(now_ms)

say "%sAn alliance in sync%s  on this machine, by public commands alone" \
    "%sUne alliance d’accord%s  sur cette machine, par les seules commandes publiques" "$bold" "$plain"
echo
for s in "${sites[@]}"; do
    mkdir "$dir/$s"
    port[$s]=$(free_port)
    ready[$s]=127.0.0.1:${port[$s]}
    quiet "$s" config set zeromq.listen "${ready[$s]}"
    quiet "$s" config set http.listen ""
done
port[http]=$(free_port)
quiet citego config set http.listen "127.0.0.1:${port[http]}"
quiet citego config set http.announce "http://127.0.0.1:${port[http]}"

begin "Citego founds an alliance" "Citego fonde une alliance"
run citego init "Alliance des territoires" --ally Citego
start citego
end "Citego founds an alliance; its site is the secretariat's." "Citego fonde une alliance ; son site est celui du secrétariat."

for s in coherence fondation; do
    begin "%s joins" "%s rejoint l’alliance" "${ally[$s]}"
    run citego --quiet invite "${ally[$s]}"
    run "$s" join "${out##*$'\n'}"
    start "$s"
    end "%s joins with the one line it was sent." "%s rejoint l’alliance par la seule ligne reçue." "${ally[$s]}"
done

begin "The secretariat publishes the atlas" "Le secrétariat publie l’atlas"
run citego concept import --json --adopt $data/atlas.ttl
concepts=$(value added)
end "The secretariat publishes the atlas: %s concepts, adopted." "Le secrétariat publie l’atlas : %s concepts, adoptés." "$concepts"

begin "Two allies publish their experience" "Deux alliés publient leurs expériences"
run citego record import --json $data/citego.jsonl
citego_n=$(value added)
run fondation record import --json $data/fondation.jsonl
fondation_n=$(value added)
records=$((citego_n + fondation_n))
agree "records=$records" "concepts=$concepts"
end "Two allies publish %s and %s records; all three hold them %s later." \
    "Deux alliés publient %s et %s fiches ; les trois ont tout %s plus tard." "$citego_n" "$fondation_n" "$(span $took_ms)"

begin "One site is killed, the others write on" "Un site est tué, les autres continuent d’écrire"
used+=("kill -9 ${pid[fondation]}")
stop fondation KILL
run coherence record import --json $data/coherence.jsonl
coherence_n=$(value added)
run citego concept add --quiet --label Entraide@fr --label Help@en --adopt
end "Fondation's site is killed. The others write: %s records, 1 concept." \
    "Le site de Fondation est tué. Les autres écrivent : %s fiches, 1 concept." "$coherence_n"
records=$((records + coherence_n)) concepts=$((concepts + 1))

begin "It comes back" "Il revient"
start fondation
agree "records=$records" "concepts=$concepts"
end "It comes back and has caught up %s later: %s records, %s concepts." \
    "Il revient et a tout rattrapé %s plus tard : %s fiches, %s concepts." "$(span $took_ms)" $records $concepts

begin "Two allies, cut off, rename one concept" "Deux alliés, coupés, renomment un même concept"
stop coherence
stop fondation
quiet citego concept show --json https://atlas.example.org/tiers-lieu
concept=$(value id)
concept=${concept:0:8}
run coherence concept edit "$concept" --json --set "prefLabel@fr=Tiers-lieu"
keep=$(value dot)
run fondation concept edit "$concept" --json --set "prefLabel@fr=Lieu partagé"
end "Cut off from each other, two allies rename “Tiers lieu”." "Coupés l’un de l’autre, deux alliés renomment « Tiers lieu »."

begin "Both come back" "Tous deux reviennent"
start coherence
start fondation
agree conflicts=1
used=()
run citego conflicts show "$concept" --json
for want in Tiers-lieu "Lieu partagé"; do
    case $out in
    *"\"$want\""*) ;;
    *) fail citego "The conflict does not show “%s”." "Le conflit ne montre pas « %s »." "$want" ;;
    esac
done
end "Back on line, all three show both names as a conflict; neither is lost." \
    "De retour, les trois montrent les deux noms en conflit ; rien n’est perdu."

begin "The secretariat chooses" "Le secrétariat choisit"
run citego conflicts resolve "$concept" --keep "${keep:0:8}" --adopt
agree conflicts=0 "records=$records" "concepts=$concepts"
end "The secretariat chooses “Tiers-lieu”; no conflict is left anywhere." "Le secrétariat choisit « Tiers-lieu » ; plus de conflit nulle part."

begin "A web site writes" "Un site web écrit"
run citego token create cms --scope records --json
token=$(value token)
post='{"lang": "fr", "title": "Une ressourcerie", "abstract": "Ce que le quartier jette, il le répare."'
put /api/v1/records/by-source/wp:12 "$post}" added
put /api/v1/records/by-source/wp:12 "$post}" unchanged
put /api/v1/records/by-source/wp:12 "$post, \"date\": \"2026-05\"}" updated
records=$((records + 1))
agree "records=$records" "concepts=$concepts"
end "Citego’s CMS sends its page three times: published, unchanged, one field changed." \
    "Le CMS de Citego envoie sa page trois fois : publiée, inchangée, un champ changé."

begin "Somebody looks for it elsewhere" "Quelqu’un le cherche ailleurs"
run coherence search --json "quartiers repare"
if [ "$(value total)" != 1 ]; then
    fail coherence "The search does not find the one record: %s" "La recherche ne trouve pas la fiche : %s" "$out"
fi
[[ $out =~ \"records\":\[\{\"id\":\"([^\"]*) ]] && found=${BASH_REMATCH[1]}
end "Cohérence finds it in its own copy, by words without their accents, in the plural." \
    "Cohérence le trouve dans sa propre copie, par des mots sans accents, au pluriel."

begin "A translation, and its source moves on" "Une traduction, puis sa source change"
run citego record translate "${found:0:16}" en --set "title=A repair shop" --json
put /api/v1/records/by-source/wp:12 "${post/Une ressourcerie/La ressourcerie du quartier}, \"date\": \"2026-05\"}" updated
agree "records=$records" "concepts=$concepts"
run coherence record show "${found:0:16}" --json
case $out in
*'"stale":true'*) ;;
*) fail coherence "Nobody sees that the translation is out of date: %s" "Personne ne voit que la traduction date : %s" "$out" ;;
esac
end "Its title is translated, then the CMS changes it: all see that the translation is out of date." \
    "Son titre est traduit, puis le CMS le change : tous voient que la traduction date."

begin "An association without a server" "Une association sans serveur"
run citego site add "Petite asso" --json
run citego --site petite-asso record add --json --set type=experience --set "title@fr=Un atelier vélo"
records=$((records + 1))
agree "records=$records" "concepts=$concepts"
run coherence ally show --json "Petite asso"
if [ "$(value hosted_by)" != citego ]; then
    fail coherence "Nobody sees by whom it is hosted: %s" "Personne ne voit qui l’héberge : %s" "$out"
fi
end "Citego hosts a fourth ally, which publishes in its own name." "Citego héberge un quatrième allié, qui publie en son propre nom."

begin "A site behind a firewall" "Un site derrière un pare-feu"
s=jardins
mkdir "$dir/$s"
ready[$s]=allied
quiet $s config set zeromq.listen ""
quiet $s config set http.listen ""
run $s config set peers.transport http
run citego --quiet invite "${ally[$s]}"
run $s join "${out##*$'\n'}"
start $s
sites+=($s)
run $s record add --json --set type=experience --set "title@fr=Un jardin partagé"
records=$((records + 1))
agree "records=$records" "concepts=$concepts"
end "A site that only calls out, over HTTP, joins and publishes; all have it %s later." \
    "Un site qui ne fait qu’appeler, par HTTP, rejoint et publie ; tous l’ont %s plus tard." "$(span $took_ms)"

begin "The year is closed" "L’année est close"
run coherence means declare --year "$year" --money 1200 --time 35h --json
run citego --site citego charter propose --close-year "$year" --json
charter=$(value id)
agree "records=$records"
run coherence charter sign "${charter:0:10}"
agree charter=1
end "The charter that two thirds signed says up to which change %s counts, and ratifies the means declared." \
    "La charte signée aux deux tiers dit jusqu’à quelle écriture compte %s, et ratifie les moyens déclarés." "$year"

begin "What each ally added" "Ce que chaque allié a ajouté"
declare -A points=()
for s in "${sites[@]}"; do
    quiet "$s" ledger --year "$year" --json
    ledger=${ledger:-$(value digest)}
    if [ "$(value digest)" != "$ledger" ]; then
        fail "$s" "It counts otherwise than citego: %s" "Il compte autrement que citego : %s" "$out"
    fi
done
for s in "${sites[@]}"; do
    quiet citego ledger "${ally[$s]}" --year "$year" --json
    points[$s]=${out##*'"points":'} points[$s]=${points[$s]%%[!0-9]*}
done
used+=("each \$ allied ledger --year $year")
if [ $language = fr ]; then used=("chacun \$ allied ledger --year $year"); fi
end "The ledger of %s is the same on each site, to the digest: %s…" "Le registre de %s est le même sur chaque site, à l’empreinte près : %s…" \
    "$year" "${ledger:0:16}"

begin "The assembly's report" "Le rapport pour l’assemblée"
mkdir -p "$kept"
run citego report "$year" --shared -o "$kept/report-$year.html"
run fondation report --verify "$kept/report-$year.html"
end "Citego makes it; Fondation recomputes it from its own copy: the same, byte for byte." \
    "Citego l’établit ; Fondation le recalcule sur sa copie : le même, octet pour octet."

begin "Each site checks everything it holds" "Chaque site contrôle tout ce qu’il a"
declare -A commits=()
for s in "${sites[@]}"; do
    quiet "$s" verify --json
    commits[$s]=$(value commits)
    signatures=$(value signatures)
    verified=$(value ok)
    if [ "$verified" != true ] || [ "$(value digest)" != "$digest" ]; then
        fail "$s" "verify says: %s" "verify répond : %s" "$out"
    fi
done
used+=("each \$ allied verify")
if [ $language = fr ]; then used=("chacun \$ allied verify"); fi
end "Each checks all it holds: %s signatures, every sum; equal digests." \
    "Chacun contrôle tout : %s signatures, chaque somme, mêmes empreintes." "$signatures"

# ---- the summary ----

echo
column() { text "$@"; }
printf '   %s%s %8s %8s %s %7s  %s%s\n' "$bold" "$(padded "$(column Ally Allié)" 26)" "$(column records fiches)" concepts \
    "$(column "  commits" "écritures")" points "$(column "state digest" "empreinte d’état")" "$plain"
for s in "${sites[@]}"; do
    quiet "$s" status --json
    printf '   %s %8s %8s %9s %7s  %s\n' "$(padded "${ally[$s]}" 26)" "$(value records)" "$(value concepts)" "${commits[$s]}" "${points[$s]}" \
        "$(value digest | cut -c1-16)…"
done
echo
say "%sEqual digests: four sites hold the same, word for word%s, after %s," "%sMêmes empreintes : quatre sites ont la même chose, mot pour mot%s, en %s," \
    "$green" "$plain" "$(span $(($(now_ms) - began)))"
say "one kill -9 and two writers of one word. No server in the middle." "malgré un kill -9 et deux auteurs d’un même mot. Sans serveur central."
echo
say "%sOpen%s %s: what each added, to read, print and vote by." "%sOuvrez%s %s : ce que chacun a ajouté, à lire, imprimer et voter." \
    "$bold" "$plain" "$kept/report-$year.html"
echo
if [ -n "${KEEP:-}" ]; then
    say "%sThe sites are running.%s Look around, write, end one, start it again:" \
        "%sLes sites tournent.%s Regardez, écrivez, arrêtez-en un, relancez-le :" "$bold" "$plain"
    for s in "${sites[@]}"; do printf '   %s %-15s   pid %s\n' "$(padded "${ally[$s]}" 26)" "${port[$s]:+127.0.0.1:${port[$s]}}" "${pid[$s]}"; done
    echo "   D=$dir"
    # shellcheck disable=SC2016
    for line in "coherence status" "fondation search quartier" "citego concept show $concept"; do printf '   %s --data $D/%s\n' "$shown_binary" "$line"; done
    say "   http://127.0.0.1:%s/: the pages; /report/%s, /api/v1/records, /oai?verb=Identify, /openapi.json" \
        "   http://127.0.0.1:%s/ : les pages ; /report/%s, /api/v1/records, /oai?verb=Identify, /openapi.json" "${port[http]}" "$year"
    # shellcheck disable=SC2016
    say '   Stop: kill %s; rm -r $D %s' '   Arrêter : kill %s ; rm -r $D %s' "${pid[*]}" "$guards"
else
    say "%sNext%s" "%sEt maintenant%s" "$bold" "$plain"
    try() { padded "   $1  " 34 && say "$2" "$3"; }
    try "make demo KEEP=1" "the same, and the sites stay for you to try" "la même, et les sites restent pour vos essais"
    try "$shown_binary --help" "all commands" "toutes les commandes"
    try "README.md" "your own site, in five commands" "votre propre site, en cinq commandes"
fi
exit 0
