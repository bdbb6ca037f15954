package com.altcontext.consent;

import com.altcontext.value.Rejected;
import com.altcontext.value.Sha256;
import com.altcontext.value.Text;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A consent text: the words beside the box that people tick.
 *
 * @param version as forms send it in {@code consentPolicy}
 * @param language a language tag (RFC 5646), in lower case
 * @param content stored unchanged, so that its hash equals that of the file it came from
 */
public record ConsentText(String version, String language, String content) {
    /** The maximum size of the content in UTF-8. */
    public static final int MAX_BYTES = 65_536;

    private static final int MAX_VERSION = 255;
    private static final Pattern LANGUAGE = Pattern.compile("[a-z]{2,3}(-[a-z0-9]{2,8})*");

    /** @throws Rejected naming {@code version}, {@code language} or {@code text} */
    public ConsentText {
        version = Text.trimmed("version", version, 1, MAX_VERSION);
        language = language.strip().toLowerCase(Locale.ROOT);
        if (!LANGUAGE.matcher(language).matches()) {
            throw Rejected.of("language", "must be a language tag like en or fr-ca");
        }
        if (content.isBlank() || !Text.isStorable(content)) {
            throw Rejected.of("text", "must not be blank, and must not contain NUL or unpaired surrogates");
        }
        if (content.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw Rejected.of("text", "must not be longer than " + MAX_BYTES + " bytes");
        }
    }

    /** SHA-256 of the content in UTF-8, in hexadecimal. */
    public String sha256() {
        return HexFormat.of().formatHex(Sha256.of(content));
    }
}
