package com.altcontext.ops.consent;

import com.altcontext.consent.ConsentText;
import com.altcontext.consent.ConsentTexts;
import com.altcontext.consent.ConsentTexts.RecordedText;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Lists the texts on record. */
@Command(
        name = "list",
        description = "Lists the texts on record with their words and SHA-256, the oldest first.",
        footer = {"", "Example:", "  altops consent text list --json"})
final class ConsentTextListCommand implements Runnable {
    private final CommandContext context;

    ConsentTextListCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        List<RecordedText> texts = context.sql().inTransaction(ConsentTexts::all);
        context.output()
                .print(
                        JsonObject.ok(true).with("texts", texts, ConsentTextListCommand::json),
                        texts.isEmpty()
                                ? List.of("no text is on record")
                                : texts.stream()
                                        .flatMap(ConsentTextListCommand::lines)
                                        .toList());
    }

    static JsonObject json(RecordedText recorded) {
        ConsentText text = recorded.text();
        return new JsonObject()
                .with("version", text.version())
                .with("language", text.language())
                .with("addedAt", recorded.addedAt())
                .with("sha256", text.sha256())
                .with("text", text.content());
    }

    /** A heading, followed by the text itself. */
    static Stream<String> lines(RecordedText recorded) {
        ConsentText text = recorded.text();
        return Stream.concat(
                Stream.of("%s  %s  added %s  SHA-256 %s"
                        .formatted(
                                text.version(), text.language(), HumanFormat.time(recorded.addedAt()), text.sha256())),
                text.content().stripTrailing().lines().map(line -> "    " + line));
    }
}
