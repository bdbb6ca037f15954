package com.altcontext.api.http;

import static java.util.Map.entry;

import com.altcontext.value.Issue;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The messages of public endpoints in French. A message without a translation stays as it is. */
final class FrenchIssues {
    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?(E\\d+)?");

    private static final Pattern PLACE = Pattern.compile("#");

    /** French by English; {@code #} is a number, and numbers keep their order. */
    private static final Map<String, String> FRENCH = Map.ofEntries(
            entry("is required", "est obligatoire"),
            entry("must be # to # characters", "doit compter de # à # caractères"),
            entry("must be # characters", "doit compter # caractères"),
            entry("must be an e-mail address", "doit être une adresse courriel"),
            entry(
                    "must be an e-mail address whose domain has a dot, like jo@example.ca",
                    "doit être une adresse courriel dont le domaine contient un point, comme jo@exemple.ca"),
            entry("is not a known property", "n’est pas une propriété connue"),
            entry("must be pending, express or implied", "doit être pending, express ou implied"),
            entry("must be a string", "doit être un texte"),
            entry("must be an object", "doit être un objet"),
            entry("must be true or false", "doit être true ou false"),
            entry("must be a number from # to #", "doit être un nombre de # à #"),
            entry("must be a UUID", "doit être un UUID"),
            entry("must be two letters", "doit compter deux lettres"),
            entry(
                    "must be desktop, mobile, tablet, bot or unknown",
                    "doit être desktop, mobile, tablet, bot ou unknown"),
            entry(
                    "must be an ISO-# time or milliseconds since #",
                    "doit être une heure ISO # ou des millisecondes depuis #"),
            entry(
                    "must be a number within the range of a double, of at most # characters",
                    "doit être un nombre qu’un double peut contenir, d’au plus # caractères"),
            entry(
                    "makes the numbers too long: written without exponents, they have over # digits together",
                    "est un nombre de trop\u00A0: sans exposants, tous ensemble comptent plus de # chiffres"),
            entry("must not hold more than # keys", "ne doit pas contenir plus de # clés"),
            entry("must not hold more than # fields", "ne doit pas contenir plus de # champs"),
            entry("must not be nested more than # levels deep", "ne doit pas dépasser # niveaux"),
            entry("must be an array of # to # events", "doit être une liste de # à # événements"),
            entry("the body must arrive within # seconds", "le corps doit arriver en # secondes au plus"),
            entry("must not occur twice", "ne doit pas figurer deux fois"),
            entry("must not be empty", "ne doit pas être vide"),
            entry("must be UTF-#", "doit être en UTF-#"),
            entry(
                    "must be UTF-#, without NUL or unpaired surrogates",
                    "doit être en UTF-#, sans NUL ni demi-codet sans sa paire"),
            entry(
                    "has a key that must be UTF-#, without NUL or unpaired surrogates",
                    "a une clé qui doit être en UTF-#, sans NUL ni demi-codet sans sa paire"),
            entry("must be a JSON object", "doit être un objet JSON"),
            entry("must be a single JSON value", "doit être une seule valeur JSON"),
            entry("is not valid JSON", "n’est pas du JSON valide"),
            entry("is not valid JSON at line #, column #", "n’est pas du JSON valide à la ligne #, colonne #"),
            entry(
                    "is not a valid form: percent signs must be followed by two digits",
                    "n’est pas un formulaire valide\u00A0: deux chiffres doivent suivre chaque signe %"),
            entry(
                    "the query's percent signs must be followed by two digits",
                    "deux chiffres doivent suivre chaque signe % de l’adresse"));

    private FrenchIssues() {}

    static List<Issue> of(List<Issue> issues) {
        return issues.stream()
                .map(issue -> new Issue(issue.path(), french(issue.message())))
                .toList();
    }

    private static String french(String message) {
        Matcher numbers = NUMBER.matcher(message);
        String french = FRENCH.get(numbers.replaceAll("#"));
        if (french == null) {
            return message;
        }
        Iterator<String> values =
                numbers.reset().results().map(MatchResult::group).iterator();
        return PLACE.matcher(french).replaceAll(hash -> values.next());
    }
}
