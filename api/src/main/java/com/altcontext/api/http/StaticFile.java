package com.altcontext.api.http;

import com.altcontext.value.PackagedFile;
import com.altcontext.value.Sha256;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * A file that the build made for browsers. Only its compressed forms are in memory; for the rare client that accepts
 * neither, it is decompressed.
 */
public final class StaticFile {
    private static final Map<String, String> TYPES = Map.of(
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "html", "text/html; charset=utf-8");

    /** The cache control of an answer under a name that contains the {@link #hash}. */
    public static final String IMMUTABLE = "public, max-age=31536000, immutable";

    /** Sixteen hexadecimal digits that change with the content. */
    private final String hash;

    private final String type;
    private final byte[] gzip;
    private final byte[] brotli;

    private StaticFile(String type, byte[] gzip, byte[] brotli) {
        this.type = type;
        this.gzip = gzip;
        this.brotli = brotli;
        this.hash = HexFormat.of().formatHex(Sha256.of(decompressed()), 0, 8);
    }

    /** @param name the name of the file that the build made, without {@code .gz} or {@code .br} */
    public static StaticFile named(String name) {
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return new StaticFile(Objects.requireNonNull(TYPES.get(ending)), bytes(name + ".gz"), bytes(name + ".br"));
    }

    private static byte[] bytes(String name) {
        return PackagedFile.bytes(StaticFile.class, "/com/altcontext/api/" + name);
    }

    /**
     * Sends the file, or answers that the client has it already.
     *
     * @param vary the names of the headers by which the file was chosen
     */
    public RestResponse<byte[]> answer(HttpServerRequest request, String cacheControl, String vary) {
        String encodings = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
        String encoding = encodings == null ? "" : encoding(encodings);
        // Each representation of a file has a tag of its own (RFC 9110, section 8.8.3.3).
        String tag = '"' + hash + (encoding.isEmpty() ? "" : '-' + encoding) + '"';
        // Set here, since Quarkus REST would add them to those of every answer.
        MultiMap headers = request.response().headers();
        headers.set(HttpHeaders.CACHE_CONTROL, cacheControl);
        headers.set(HttpHeaders.VARY, vary + ", Accept-Encoding");
        headers.set(HttpHeaders.ETAG, tag);
        if (isKnown(tag, request.headers().getAll(HttpHeaders.IF_NONE_MATCH))) {
            return RestResponse.notModified();
        }
        if (!encoding.isEmpty()) {
            headers.set(HttpHeaders.CONTENT_ENCODING, encoding);
        }
        return RestResponse.ResponseBuilder.ok(content(encoding))
                .header("Content-Type", type)
                .build();
    }

    public String hash() {
        return hash;
    }

    private byte[] content(String encoding) {
        return switch (encoding) {
            case "br" -> brotli;
            case "gzip" -> gzip;
            default -> decompressed();
        };
    }

    /**
     * The encoding for a client that accepts these; empty for none. It is brotli if that is named, else gzip if that is
     * named or any encoding is accepted, but never one with a weight of zero (RFC 9110, section 12.5.3).
     */
    static String encoding(String accepted) {
        Set<String> wanted = new HashSet<>();
        Set<String> refused = new HashSet<>();
        for (String encoding : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = encoding.split(";", -1);
            boolean isRefused = parts.length > 1 && parts[1].strip().matches("q=0(\\.0{0,3})?");
            (isRefused ? refused : wanted).add(parts[0].strip());
        }
        if (wanted.contains("br")) {
            return "br";
        }
        return wanted.contains("gzip") || (wanted.contains("*") && !refused.contains("gzip")) ? "gzip" : "";
    }

    /** Whether a client has this representation, or any: {@code *}. Tags are compared weakly (RFC 9110, section 13.1.2). */
    private static boolean isKnown(String tag, List<String> ifNoneMatch) {
        return ifNoneMatch.stream()
                .flatMap(list -> Arrays.stream(list.split(",", -1)))
                .map(known -> known.strip().replaceFirst("^W/", ""))
                .anyMatch(known -> known.equals(tag) || known.equals("*"));
    }

    private byte[] decompressed() {
        try (GZIPInputStream content = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return content.readAllBytes();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
