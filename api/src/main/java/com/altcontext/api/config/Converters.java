package com.altcontext.api.config;

import com.altcontext.lead.Email;
import com.altcontext.property.Property;
import com.altcontext.value.Rejected;
import com.altcontext.value.SecureUrl;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * Makes the values of {@link AppConfig} from texts. A text that breaks the rule is an {@link IllegalArgumentException}, whose message
 * is shown nowhere: {@link ConfigCheck} prints the rule. (SmallRye takes any other exception for a defect.)
 */
final class Converters {
    private Converters() {}

    private static IllegalArgumentException wrong() {
        return new IllegalArgumentException("it breaks the rule");
    }

    private static long whole(String text, long min, long max) {
        long number = Integer.parseInt(text);
        if (number < min || number > max) {
            throw wrong();
        }
        return number;
    }

    public static final class OfMinutes implements Converter<Duration> {
        private static final long serialVersionUID = 1L;

        @Override
        public Duration convert(String text) {
            return Duration.ofMinutes(whole(text, 1, 1_440));
        }
    }

    public static final class OfCacheMillis implements Converter<Duration> {
        private static final long serialVersionUID = 1L;

        @Override
        public Duration convert(String text) {
            return Duration.ofMillis(whole(text, 0, 3_600_000));
        }
    }

    public static final class OfEmail implements Converter<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String convert(String text) {
            try {
                var _ = Email.of("address", text);
                return text;
            } catch (Rejected notAnAddress) {
                throw wrong();
            }
        }
    }

    public static final class OfSlug implements Converter<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String convert(String text) {
            if (!Property.isSlug(text)) {
                throw wrong();
            }
            return text;
        }
    }

    /** Without slashes at the end. */
    public static final class OfBaseUrl implements Converter<URI> {
        private static final long serialVersionUID = 1L;

        @Override
        public URI convert(String text) {
            return SecureUrl.parse(text).orElseThrow(Converters::wrong);
        }
    }

    /** As it was given. */
    public static final class OfUrl implements Converter<URI> {
        private static final long serialVersionUID = 1L;

        @Override
        public URI convert(String text) {
            return SecureUrl.parse(text).map(secure -> URI.create(text)).orElseThrow(Converters::wrong);
        }
    }

    public static final class OfFile implements Converter<Path> {
        private static final long serialVersionUID = 1L;

        @Override
        public Path convert(String text) {
            Path file = Path.of(text);
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw wrong();
            }
            return file;
        }
    }

    public static final class OfOrigin implements Converter<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String convert(String text) {
            String origin = text.strip();
            URI uri = URI.create(origin);
            boolean https = "https".equalsIgnoreCase(uri.getScheme());
            boolean isOrigin = (https || "http".equalsIgnoreCase(uri.getScheme()))
                    && uri.getHost() != null
                    && origin.equals(uri.getScheme() + "://" + uri.getRawAuthority())
                    // Browsers leave the default port out, so an origin with it would never match.
                    && uri.getPort() != (https ? 443 : 80)
                    && uri.getRawUserInfo() == null;
            if (!isOrigin) {
                throw wrong();
            }
            return origin.toLowerCase(Locale.ROOT);
        }
    }
}
