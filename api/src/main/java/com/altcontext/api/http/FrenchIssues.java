package com.altcontext.api.http;

import com.altcontext.value.Issue;
import java.util.List;
import java.util.regex.Pattern;

/** The messages of public endpoints in French. A message without a translation stays as it is. */
final class FrenchIssues {
    private static final List<Phrase> PHRASES = List.of(
            phrase("is required", "est obligatoire"),
            phrase("must be ([\\d.]+) to ([\\d.]+) characters", "doit compter de $1 à $2 caractères"),
            phrase("must be ([\\d.]+) characters", "doit compter $1 caractères"),
            phrase("must be an e-mail address", "doit être une adresse courriel"),
            phrase(
                    "must be an e-mail address whose domain has a dot, like jo@example\\.ca",
                    "doit être une adresse courriel dont le domaine contient un point, comme jo@exemple.ca"),
            phrase("is not a known property", "n’est pas une propriété connue"),
            phrase("must be pending, express or implied", "doit être pending, express ou implied"),
            phrase("must be a string", "doit être un texte"),
            phrase("must be an object", "doit être un objet"),
            phrase("must be true or false", "doit être true ou false"),
            phrase("must be a number from ([\\d.E]+) to ([\\d.E]+)", "doit être un nombre de $1 à $2"),
            phrase("must be a UUID", "doit être un UUID"),
            phrase("must be two letters", "doit compter deux lettres"),
            phrase(
                    "must be desktop, mobile, tablet, bot or unknown",
                    "doit être desktop, mobile, tablet, bot ou unknown"),
            phrase(
                    "must be an ISO-8601 time or milliseconds since 1970",
                    "doit être une heure ISO 8601 ou des millisecondes depuis 1970"),
            phrase(
                    "must be a number within the range of a double, of at most (\\d+) characters",
                    "doit être un nombre qu’un double peut contenir, d’au plus $1 caractères"),
            phrase(
                    "is one number too many: written without exponents, all together have over (\\d+) digits",
                    "est un nombre de trop : sans exposants, tous ensemble comptent plus de $1 chiffres"),
            phrase("must not hold more than (\\d+) keys", "ne doit pas contenir plus de $1 clés"),
            phrase("must not hold more than (\\d+) fields", "ne doit pas contenir plus de $1 champs"),
            phrase("must not be nested more than (\\d+) levels deep", "ne doit pas dépasser $1 niveaux"),
            phrase("must not occur twice", "ne doit pas figurer deux fois"),
            phrase("must not be empty", "ne doit pas être vide"),
            phrase("must be UTF-8", "doit être en UTF-8"),
            phrase(
                    "must not contain NUL or unpaired surrogates",
                    "ne doit contenir ni NUL ni demi-codet sans sa paire"),
            phrase(
                    "has a key that must not contain NUL or unpaired surrogates",
                    "a une clé qui ne doit contenir ni NUL ni demi-codet sans sa paire"),
            phrase("must be a JSON object", "doit être un objet JSON"),
            phrase("must be a single JSON value", "doit être une seule valeur JSON"),
            phrase("is not valid JSON", "n’est pas du JSON valide"),
            phrase(
                    "is not valid JSON at line (\\d+), column (\\d+)",
                    "n’est pas du JSON valide à la ligne $1, colonne $2"),
            phrase(
                    "is not a valid form: percent signs must be followed by two digits",
                    "n’est pas un formulaire valide : deux chiffres doivent suivre chaque signe %"),
            phrase(
                    "the query's percent signs must be followed by two digits",
                    "deux chiffres doivent suivre chaque signe % de l’adresse"));

    private FrenchIssues() {}

    private record Phrase(Pattern english, String french) {}

    private static Phrase phrase(String english, String french) {
        return new Phrase(Pattern.compile(english), french);
    }

    static List<Issue> of(List<Issue> issues) {
        return issues.stream()
                .map(issue -> new Issue(issue.path(), french(issue.message())))
                .toList();
    }

    private static String french(String message) {
        return PHRASES.stream()
                .map(phrase -> phrase.english.matcher(message).matches()
                        ? phrase.english.matcher(message).replaceFirst(phrase.french)
                        : "")
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse(message);
    }
}
