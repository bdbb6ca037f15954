package com.altcontext.ops.smoke;

import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.CommandOutput;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.smoke.Deployment.NoResponse;
import com.altcontext.ops.smoke.SmokeChecks.CheckResult;
import com.altcontext.ops.smoke.SmokeChecks.CheckStatus;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the deployment checklist against a live service. */
@Command(
        name = "smoke",
        description = "Runs the deployment checklist against a live service: one line for each check with its result, "
                + "exit 3 when one fails, 1 when nothing answers. It removes what it wrote. Afterwards the "
                + "service refuses events from this machine for a minute.",
        footer = {"", "Example:", "  altops smoke --url https://altcontext.fly.dev --origin https://www.example.com"})
public final class SmokeCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = "--url",
            required = true,
            paramLabel = "URL",
            description = "The service's address: https://host, without a path.")
    private URI url = URI.create("");

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            description = "One of its CORS_ALLOWED_ORIGINS; without it, the check of CORS is left out.")
    private @Nullable String origin;

    @Option(
            names = "--admin-key",
            paramLabel = "KEY",
            description =
                    "The admin key; default: the variable ADMIN_API_KEY, which other users of the machine cannot see. Without it, the "
                            + "checks of leads and metrics are left out.")
    private @Nullable String adminKey;

    SmokeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<CheckResult> results;
        try (Deployment deployment = new Deployment(base());
                var _ = context.output().progress("checking the service")) {
            requireResponse(deployment);
            results = new SmokeChecks(
                            deployment,
                            given(adminKey).or(() -> given(context.shell().variable("ADMIN_API_KEY"))),
                            given(origin),
                            context.hasDatabase() ? Optional.of(context.sql()) : Optional.empty())
                    .run();
        }
        boolean ok = results.stream().noneMatch(result -> result.status() == CheckStatus.FAILED);
        context.output()
                .print(
                        JsonObject.ok(ok).with("checks", results, SmokeCommand::json),
                        results.stream().map(this::line).toList());
        return ok ? Exit.DONE : Exit.CHECK_FAILED;
    }

    /** Without any response there is nothing to check. Its content is checked later. This also wakes a sleeping machine. */
    private static void requireResponse(Deployment deployment) {
        try {
            var _ = deployment.get("/v1/healthz");
        } catch (NoResponse none) {
            throw new Failure(
                    Exit.FAILED,
                    "there is no answer at that address: " + none.getMessage(),
                    "check --url, and that the service runs");
        }
    }

    private URI base() {
        String text = url.toString().replaceAll("/+$", "");
        URI base = URI.create(text);
        boolean web = "https".equals(base.getScheme()) || "http".equals(base.getScheme());
        if (!web
                || base.getHost() == null
                || base.getUserInfo() != null
                || !text.equals(base.getScheme() + "://" + base.getAuthority())) {
            throw new Failure(Exit.USAGE, "--url is not the address of a service", "give https://host, without a path");
        }
        return base;
    }

    private static Optional<String> given(@Nullable String text) {
        return Optional.ofNullable(text).map(String::strip).filter(one -> !one.isEmpty());
    }

    private String line(CheckResult result) {
        CommandOutput output = context.output();
        String status = switch (result.status()) {
            case OK -> output.good("ok     ");
            case FAILED -> output.bad("FAILED ");
            case SKIPPED -> "skipped";
        };
        return status + " %-13s %s".formatted(result.check(), result.seen());
    }

    private static JsonObject json(CheckResult result) {
        return new JsonObject()
                .with("check", result.check())
                .with("result", result.status().name().toLowerCase(Locale.ROOT))
                .with("seen", result.seen());
    }
}
