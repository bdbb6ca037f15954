package com.altcontext.lead;

import com.altcontext.attribution.DeviceType;
import com.altcontext.attribution.Utm;
import com.altcontext.event.Beacon;
import com.altcontext.event.EventReader;
import com.altcontext.event.Traffic;
import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import com.altcontext.value.JsonText;
import com.altcontext.value.Rejected;
import com.altcontext.value.Weight;
import com.altcontext.visit.AnonId;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The content of a form, by the rules of {@code POST /v1/leads/capture}.
 *
 * @param anonId null if the page has no script that makes one
 * @param sourceChannel null if the form does not say
 * @param consent the consent that the form gives: never {@code WITHDRAWN}, and {@code PENDING} if it gives none
 * @param consentPolicy the version of the text that was shown
 * @param consentPurpose what the messages are about for which the form gives consent
 * @param payload a JSON object as text
 * @param deviceType null if the sender does not say
 */
public record LeadForm(
        Email email,
        @Nullable AnonId anonId,
        String formName,
        String path,
        @Nullable String referrer,
        @Nullable String sourceChannel,
        ConsentStatus consent,
        @Nullable String consentPolicy,
        String consentPurpose,
        @Nullable String payload,
        Utm utm,
        @Nullable DeviceType deviceType) {
    private static final int OBJECTS = 128;

    /** The fields of a form that are read; others are ignored. */
    public static final Set<String> FIELDS = Set.of(
            "email",
            "anonId",
            "formName",
            "path",
            "referrer",
            "sourceChannel",
            "consentStatus",
            "consentPolicy",
            "consentPurpose",
            "propertyId",
            "honeypot");

    public LeadForm {
        if (consent == ConsentStatus.WITHDRAWN) {
            throw new IllegalArgumentException("a form cannot withdraw consent");
        }
    }

    /** Reads a form; null if there are issues. */
    public static @Nullable LeadForm read(Fields fields, Issues issues) {
        Email email = email(fields, issues, Email::reachable);
        String anonId = fields.optionalText("anonId", 8, 128);
        String formName = fields.optionalText("formName", 1, 255);
        String path = fields.optionalText("path", 1, 2048);
        String referrer = fields.optionalText("referrer", 1, 2048);
        String sourceChannel = fields.optionalText("sourceChannel", 1, 255);
        ConsentStatus consent = consent(fields);
        String policy = fields.optionalText("consentPolicy", 1, 255);
        String purpose = fields.optionalText("consentPurpose", 1, Consent.MAX_PURPOSE);
        String payload = fields.document("payload", EventReader.MAX_KEYS);
        Utm utm = EventReader.utm(fields.object("utm"));
        DeviceType deviceType = EventReader.deviceType(fields.object("traffic"));
        if (email == null || !issues.isEmpty()) {
            return null;
        }
        return new LeadForm(
                email,
                anonId == null ? null : new AnonId(anonId),
                formName == null ? "lead_capture" : formName,
                path == null ? "/" : path,
                referrer,
                sourceChannel,
                consent,
                policy,
                purpose == null ? Consent.DEFAULT_PURPOSE : purpose,
                payload,
                utm,
                deviceType);
    }

    /** Reads the field {@code email}; null, with an issue, if it is missing or not valid. */
    public static @Nullable Email email(Fields fields, Issues issues) {
        return email(fields, issues, Email::of);
    }

    private static @Nullable Email email(Fields fields, Issues issues, BiFunction<String, String, Email> reading) {
        String text = fields.text("email", 1, 320);
        if (text.isEmpty()) {
            return null;
        }
        try {
            return reading.apply("email", text);
        } catch (Rejected rejected) {
            issues.addAll(rejected);
            return null;
        }
    }

    private static ConsentStatus consent(Fields fields) {
        String text = fields.optionalText("consentStatus", 1, 16);
        if (text == null) {
            return ConsentStatus.PENDING;
        }
        for (ConsentStatus status : ConsentStatus.values()) {
            if (status != ConsentStatus.WITHDRAWN && status.key().equals(text)) {
                return status;
            }
        }
        fields.issue("consentStatus", "must be pending, express or implied");
        return ConsentStatus.PENDING;
    }

    /** Its size on the heap without the {@code anonId}, in bytes; see {@link Weight}. */
    int weight() {
        return OBJECTS
                + Weight.of(email.value())
                + Weight.of(formName)
                + Weight.of(path)
                + Weight.of(referrer)
                + Weight.of(sourceChannel)
                + Weight.of(consentPolicy)
                + Weight.of(consentPurpose)
                + Weight.of(payload)
                + utm.weight();
    }

    /**
     * The event that is stored with the form. It holds the form's name, but nothing that was filled in.
     *
     * @param id the id of the submission
     */
    public Beacon beacon(AnonId visitor, Instant at, @Nullable UUID id) {
        String props = "{\"formName\":" + JsonText.string(formName) + "}";
        return new Beacon(visitor, "form_submit", path, at, referrer, utm, Traffic.of(deviceType), id, props);
    }
}
