package com.altcontext.ops.lead;

import com.altcontext.audit.Caller;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.EmailOption;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.OpsEnvironment;
import com.altcontext.ops.command.PrivateFile;
import com.altcontext.privacy.Export;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes what is held about a person. */
@Command(
        name = "export",
        description = {
            "Writes everything held about an address as one JSON document, and adds a line to the audit log; exit 1 when "
                    + "nothing is held. Needs IP_HASH_PEPPER; with PUBLIC_URL it includes the unsubscribe links."
        },
        footer = {"", "Example:", "  altops lead export --email jo@example.ca --out jo.json"})
final class LeadExportCommand implements Runnable {
    private final CommandContext context;

    @Mixin
    private final EmailOption emailOption;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "A new file that only its owner can read; default: standard output.")
    private @Nullable Path file;

    LeadExportCommand(CommandContext context) {
        this.context = context;
        this.emailOption = new EmailOption(context);
    }

    @Override
    public void run() {
        if (file != null && file.toString().isEmpty()) {
            throw new Failure(Exit.USAGE, "--out is empty", "name a new file");
        }
        Export.ExportRequest request = new Export.ExportRequest(emailOption.read(), Caller.ALTOPS, context.now());
        context.refuseWrongClock();
        OpsEnvironment environment = context.environment();
        Export export = new Export(
                context.sql().withTimeout(LeadCommand.MAX_STATEMENT),
                Export.UnsubscribeUrl.by(environment.linksIfAny()),
                environment.hash());
        if (file == null) {
            write(export, request, context.shell().out());
            context.shell().out().flush();
            return;
        }
        try (PrivateFile out = new PrivateFile(file);
                var _ = context.output().progress("exporting")) {
            write(export, request, out);
            out.keep();
        } catch (FileAlreadyExistsException e) {
            throw new Failure(Exit.FAILED, "that file already exists", "name another with --out");
        } catch (IOException | UncheckedIOException e) {
            throw new Failure(Exit.FAILED, "the file could not be written", "name a new file in a directory of yours");
        }
        context.output().print(JsonObject.ok(true).with("file", file), List.of("written to " + file));
    }

    private static void write(Export export, Export.ExportRequest request, Appendable out) {
        if (!export.write(request, out)) {
            throw EmailOption.unknown();
        }
    }
}
