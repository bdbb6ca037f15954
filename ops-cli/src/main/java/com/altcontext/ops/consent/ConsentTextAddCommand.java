package com.altcontext.ops.consent;

import com.altcontext.consent.ConsentText;
import com.altcontext.consent.ConsentTexts;
import com.altcontext.ops.command.ArgumentNames;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts a text on record. */
@Command(
        name = "add",
        description = {
            "Puts a text on record permanently: it cannot be changed. Forms name its version in consentPolicy.",
            "A changed text needs a new version."
        },
        footer = {"", "Example:", "  altops consent text add 2026-11 --language en --file consent-en.txt"})
final class ConsentTextAddCommand implements Runnable {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "VERSION", description = "The version, as forms send it in consentPolicy.")
    private String version = "";

    @Option(
            names = "--language",
            required = true,
            paramLabel = "TAG",
            description = "The language of the text, like en or fr-ca.")
    private String language = "";

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "A file with the text, in UTF-8; default: standard input.")
    private @Nullable Path file;

    ConsentTextAddCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        String content = read();
        ConsentText text = new ArgumentNames(Map.of("version", "VERSION", "language", "--language"))
                .named(() -> new ConsentText(version, language, content));
        context.refuseWrongClock();
        ConsentTexts.TextAddition addition =
                context.sql().inTransaction(tx -> ConsentTexts.add(tx, text, context.now()));
        if (addition == ConsentTexts.TextAddition.REFUSED) {
            throw new Failure(
                    Exit.FAILED,
                    "another text is on record as version " + text.version() + " in " + text.language(),
                    "give the new text a version of its own");
        }
        boolean added = addition == ConsentTexts.TextAddition.ADDED;
        context.output()
                .print(
                        JsonObject.ok(true).with("added", added).with("sha256", text.sha256()),
                        List.of((added ? "added, SHA-256 " : "on record already, SHA-256 ") + text.sha256()));
    }

    private String read() {
        byte[] bytes;
        try (InputStream in = file == null ? context.shell().in() : Files.newInputStream(file)) {
            bytes = in.readNBytes(ConsentText.MAX_BYTES + 1);
        } catch (IOException unreadable) {
            throw new Failure(Exit.FAILED, "the text could not be read", "name a file that you may read");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw new Failure(
                    Exit.FAILED,
                    "the text is not UTF-8, or longer than " + ConsentText.MAX_BYTES + " bytes",
                    "save it as UTF-8, or shorten it");
        }
    }
}
