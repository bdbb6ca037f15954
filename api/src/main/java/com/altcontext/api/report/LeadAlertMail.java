package com.altcontext.api.report;

import com.altcontext.api.delivery.Mail;
import com.altcontext.delivery.Outbox;
import com.altcontext.value.Html;
import com.altcontext.value.Language;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The mail about a new lead: that there is one, and where to sign in. It contains the form's content only if the
 * property is set so.
 */
public final class LeadAlertMail {
    private static final Words ENGLISH = new Words(
            "One new lead on %s",
            "Sign in to see it:",
            "Address",
            "Form",
            "Page",
            "Source",
            "This mail holds personal data. Delete it when you no longer need it.",
            ": ",
            SourceNames.ENGLISH);
    private static final Words FRENCH = new Words(
            "Un nouveau contact sur %s",
            "Connectez-vous pour le voir\u00A0:",
            "Adresse",
            "Formulaire",
            "Page",
            "Provenance",
            "Ce courriel contient des renseignements personnels. Supprimez-le quand vous n’en avez plus besoin.",
            "\u00A0: ",
            SourceNames.FRENCH);

    private final String base;

    private record Words(
            String subject,
            String ask,
            String email,
            String form,
            String path,
            String source,
            String warning,
            String colon,
            Map<String, String> sources) {}

    /** @param publicUrl where the service is reached from outside */
    public LeadAlertMail(URI publicUrl) {
        this.base = publicUrl.toString();
    }

    public Mail of(Outbox.Message message) {
        Words words = message.language() == Language.FRENCH ? FRENCH : ENGLISH;
        JsonObject body = new JsonObject(message.body());
        String subject = words.subject.formatted(body.getString("property"));
        Map<String, String> details = details(body.getJsonObject("details"), words);
        String dashboard = base + "/dashboard?property=" + message.propertyId();
        String text = words.ask + "\n" + dashboard + "\n";
        String html = "<p>" + words.ask + " <a href=\"" + dashboard + "\">" + dashboard + "</a></p>";
        if (!details.isEmpty()) {
            text += "\n"
                    + details.entrySet().stream()
                            .map(line -> line.getKey() + words.colon + line.getValue() + "\n")
                            .collect(Collectors.joining())
                    + "\n" + words.warning + "\n";
            html += details.entrySet().stream()
                            .map(line -> "<p>"
                                    + Html.escaped(line.getKey() + words.colon + line.getValue())
                                            .replace("\n", "<br>")
                                    + "</p>")
                            .collect(Collectors.joining())
                    + "<p>" + words.warning + "</p>";
        }
        return new Mail(subject, text, Mail.page(message.language(), subject, html), null);
    }

    private static Map<String, String> details(JsonObject details, Words words) {
        Map<String, String> lines = new LinkedHashMap<>();
        if (details == null) {
            return lines;
        }
        put(lines, words.email, details.getValue("email"));
        put(lines, words.form, details.getValue("form"));
        put(lines, words.path, details.getValue("path"));
        String source = details.getString("source");
        put(lines, words.source, source == null ? null : words.sources.getOrDefault(source, source));
        Object fields = details.getValue("fields");
        if (fields != null) {
            // The previous release stored them as text.
            JsonObject object = fields instanceof JsonObject read ? read : new JsonObject(fields.toString());
            object.forEach(field -> put(lines, field.getKey(), field.getValue()));
        }
        return lines;
    }

    /** The mail client ends lines by CR LF itself, and would encode a CR of ours. */
    private static void put(Map<String, String> lines, String name, @Nullable Object value) {
        if (value != null) {
            lines.put(name, value.toString().replaceAll("\\r\\n?", "\n"));
        }
    }
}
