package com.altcontext.api.report;

import com.altcontext.api.delivery.Mail;
import com.altcontext.delivery.Outbox;
import com.altcontext.value.Html;
import com.altcontext.value.Language;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The mail about a new lead. It says that there is one, and where to sign in. It contains what the form says only if
 * the property allows it.
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

    /** @param value may have several lines */
    private record Detail(String name, String value) {}

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
        List<Detail> details = details(body.getJsonObject("details"), words);
        String dashboard = base + "/dashboard?property=" + message.propertyId();
        String text = words.ask + "\n" + dashboard + "\n";
        String html = "<p>" + words.ask + " <a href=\"" + dashboard + "\">" + dashboard + "</a></p>";
        if (!details.isEmpty()) {
            text += "\n"
                    + details.stream()
                            .map(detail -> detail.name + words.colon + detail.value.replace("\n", "\n  ") + "\n")
                            .collect(Collectors.joining())
                    + "\n" + words.warning + "\n";
            html += details.stream()
                            .map(detail -> "<p>"
                                    + Html.escaped(detail.name + words.colon + detail.value)
                                            .replace("\n", "<br>")
                                    + "</p>")
                            .collect(Collectors.joining())
                    + "<p>" + words.warning + "</p>";
        }
        return new Mail(subject, text, Mail.page(message.language(), subject, html), null);
    }

    private static List<Detail> details(@Nullable JsonObject details, Words words) {
        List<Detail> lines = new ArrayList<>();
        if (details == null) {
            return lines;
        }
        put(lines, words.email, details.getString("email"));
        put(lines, words.form, inLine(details.getString("form")));
        put(lines, words.path, inLine(details.getString("path")));
        String source = details.getString("source");
        put(lines, words.source, source == null ? null : words.sources.getOrDefault(source, source));
        Object fields = details.getValue("fields");
        if (fields != null) {
            // The previous release stored them as text.
            JsonObject object = fields instanceof JsonObject read ? read : new JsonObject(fields.toString());
            object.forEach(field -> put(lines, Mail.inLine(field.getKey()), field.getValue()));
        }
        return lines;
    }

    private static @Nullable String inLine(@Nullable String text) {
        return text == null ? null : Mail.inLine(text);
    }

    /** Adds a detail. The mail client ends lines with CR LF itself, and would encode a CR in the value. */
    private static void put(List<Detail> lines, String name, @Nullable Object value) {
        if (value != null) {
            lines.add(new Detail(name, value.toString().replaceAll("\\r\\n?", "\n")));
        }
    }
}
