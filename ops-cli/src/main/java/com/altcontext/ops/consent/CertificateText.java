package com.altcontext.ops.consent;

import com.altcontext.lead.ConsentStatus;
import com.altcontext.lead.MailPermission;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.privacy.ConsentCertificate;
import com.altcontext.privacy.ConsentCertificate.CertifiedLead;
import com.altcontext.privacy.ConsentCertificate.PurposePermission;
import com.altcontext.privacy.ConsentCertificate.RecordedConsent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A certificate of consent as people read it, and as JSON. */
final class CertificateText {
    private CertificateText() {}

    static List<String> of(ConsentCertificate certificate) {
        List<String> lines = new ArrayList<>();
        lines.add("Certificate of consent, issued " + HumanFormat.time(certificate.issuedAt()));
        lines.add("Address: " + certificate.email().value());
        certificate.leads().forEach(lead -> add(lines, certificate, lead));
        lines.add("");
        lines.add("Texts");
        if (certificate.texts().isEmpty()) {
            lines.add("  none on record");
        }
        certificate
                .texts()
                .forEach(text -> ConsentTextListCommand.lines(text)
                        .map(line -> "  " + line)
                        .forEach(lines::add));
        return lines;
    }

    private static void add(List<String> lines, ConsentCertificate certificate, CertifiedLead lead) {
        lines.add("");
        lines.add("Site: " + lead.propertyName() + " (" + lead.propertyId() + "), address first left "
                + HumanFormat.time(lead.firstCapturedAt()));
        lead.purposes()
                .forEach(purpose ->
                        lines.add("  " + HumanFormat.quoted(purpose.purpose()) + ": " + now(purpose.permission())));
        lines.add("  Record");
        lead.record().forEach(row -> lines.add("    " + line(certificate, row)));
    }

    private static String now(MailPermission permission) {
        Instant until = permission.until();
        String reason = permission.reason().key().replace('_', ' ');
        return switch (permission.verdict()) {
            case MAY -> "may be written to until consent is withdrawn (" + reason + ")";
            case MAY_UNTIL ->
                "may be written to until " + (until == null ? "consent is withdrawn" : HumanFormat.time(until)) + " ("
                        + reason + ")";
            case MAY_NOT ->
                "may not be written to (" + reason + (until == null ? "" : " " + HumanFormat.time(until)) + ")";
        };
    }

    private static String line(ConsentCertificate certificate, RecordedConsent row) {
        String form = row.form();
        String version = row.textVersion();
        StringBuilder line = new StringBuilder(HumanFormat.time(row.at()))
                .append("  ")
                .append(row.status().key())
                .append(row.purpose() == null ? " for all purposes" : " for " + HumanFormat.quoted(row.purpose()))
                .append(", by ")
                .append(isConfirmation(row) ? "the link in a mail, for " : "")
                .append(form == null ? row.source() : "form " + HumanFormat.quoted(form));
        if (form != null) {
            line.append(row.page() == null ? ", page not on record" : " on page " + HumanFormat.quoted(row.page()));
            line.append(", ").append(words(certificate, version));
        }
        if (row.confirmedAt() != null) {
            line.append(", confirmed by mail ").append(HumanFormat.time(row.confirmedAt()));
        } else if (isGrant(row)) {
            line.append(", not confirmed by mail");
        }
        if (row.expiresAt() != null) {
            line.append(", expires ").append(HumanFormat.time(row.expiresAt()));
        }
        if (row.reason() != null) {
            line.append(", reason: ").append(HumanFormat.quoted(row.reason()));
        }
        return line.append(row.ipHash() == null ? "" : ", IP address hash " + row.ipHash())
                .toString();
    }

    private static String words(ConsentCertificate certificate, @Nullable String version) {
        if (version == null) {
            return "the form named no text";
        }
        return "text " + HumanFormat.quoted(version) + (certificate.hasText(version) ? "" : " (not on record)");
    }

    private static boolean isConfirmation(RecordedConsent row) {
        return row.source().equals("confirmed");
    }

    private static boolean isGrant(RecordedConsent row) {
        return row.source().equals("form") && row.status() == ConsentStatus.EXPRESS;
    }

    static JsonObject json(ConsentCertificate certificate) {
        return JsonObject.ok(true)
                .with("email", certificate.email().value())
                .with("issuedAt", certificate.issuedAt())
                .with("leads", certificate.leads(), lead -> json(certificate, lead))
                .with("texts", certificate.texts(), ConsentTextListCommand::json);
    }

    private static JsonObject json(ConsentCertificate certificate, CertifiedLead lead) {
        return new JsonObject()
                .with("id", lead.id())
                .with("propertyId", lead.propertyId())
                .with("propertyName", lead.propertyName())
                .with("firstCapturedAt", lead.firstCapturedAt())
                .with("purposes", lead.purposes(), CertificateText::json)
                .with("record", lead.record(), row -> json(certificate, row));
    }

    private static JsonObject json(PurposePermission purpose) {
        return new JsonObject()
                .with("purpose", purpose.purpose())
                .with("verdict", purpose.permission().verdict().key())
                .with("reason", purpose.permission().reason().key())
                .with("until", purpose.permission().until());
    }

    private static JsonObject json(ConsentCertificate certificate, RecordedConsent row) {
        String version = row.textVersion();
        return new JsonObject()
                .with("at", row.at())
                .with("status", row.status().key())
                .with("purpose", row.purpose())
                .with("source", row.source())
                .with("form", row.form())
                .with("page", row.page())
                .with("textVersion", version)
                .with("isTextOnRecord", version != null && certificate.hasText(version))
                .with("confirmedAt", row.confirmedAt())
                .with("expiresAt", row.expiresAt())
                .with("reason", row.reason())
                .with("ipHash", row.ipHash());
    }
}
