package com.altcontext.ops;

import com.altcontext.ops.Deployment.NoAnswer;
import com.altcontext.ops.Smoke.Result;
import com.altcontext.ops.Smoke.Verdict;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Goes through the deployment checklist on a live service. */
@Command(
        name = "smoke",
        description =
                "Goes through the deployment checklist on a live service: a line for each check with what was seen, "
                        + "exit 3 when one fails, 1 when nothing answers. What it wrote is taken away again. For a minute after it, this machine is over "
                        + "its limit there.",
        mixinStandardHelpOptions = true,
        versionProvider = Altops.Version.class,
        footer = {"", "Example:", "  altops smoke --url https://altcontext.fly.dev --origin https://www.example.com"})
final class SmokeCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable Altops altops;

    @Option(
            names = "--url",
            required = true,
            paramLabel = "URL",
            description = "Where the service is: https://host, without a path.")
    private URI url = URI.create("");

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            description = "One of its CORS_ALLOWED_ORIGINS; without it that check is left out.")
    private @Nullable String origin;

    @Option(
            names = "--admin-key",
            paramLabel = "KEY",
            description =
                    "Default: the variable ADMIN_API_KEY, which other users of the machine cannot see. Without it the "
                            + "checks of leads and metrics are left out.")
    private @Nullable String adminKey;

    @Override
    public Integer call() {
        List<Result> results;
        try (Deployment deployment = new Deployment(base());
                var _ = altops().screen().progress("asking the service")) {
            requireAnswer(deployment);
            results = new Smoke(
                            deployment,
                            given(adminKey).or(() -> given(altops().shell().variable("ADMIN_API_KEY"))),
                            given(origin),
                            altops().hasDatabase() ? Optional.of(altops().sql()) : Optional.empty())
                    .run();
        }
        boolean ok = results.stream().noneMatch(result -> result.verdict() == Verdict.FAILED);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", ok);
        answer.put("checks", results.stream().map(SmokeCommand::asMap).toList());
        altops().screen().print(answer, results.stream().map(this::asLine).toList());
        return ok ? Exit.DONE : Exit.WANTING;
    }

    /** Where nothing answers there is nothing to check. Whatever it says is judged later; a machine that sleeps wakes by it. */
    private static void requireAnswer(Deployment deployment) {
        try {
            var _ = deployment.get("/v1/healthz");
        } catch (NoAnswer none) {
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
            throw new Failure(Exit.USAGE, "--url is no address of a service", "give https://host, without a path");
        }
        return base;
    }

    private static Optional<String> given(@Nullable String text) {
        return Optional.ofNullable(text).filter(one -> !one.isBlank());
    }

    private String asLine(Result result) {
        Screen screen = altops().screen();
        String word = switch (result.verdict()) {
            case OK -> screen.good("ok     ");
            case FAILED -> screen.bad("FAILED ");
            case SKIPPED -> "skipped";
        };
        return word + " %-13s %s".formatted(result.check(), result.seen());
    }

    private static Map<String, ?> asMap(Result result) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("check", result.check());
        map.put("result", result.verdict().name().toLowerCase(Locale.ROOT));
        map.put("seen", result.seen());
        return map;
    }

    private Altops altops() {
        return Objects.requireNonNull(altops, "picocli sets it");
    }
}
