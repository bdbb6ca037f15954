package com.altcontext.api.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A page in a {@link Chromium}, and what a person does and sees in it. Clicks and keys are real input events. */
public final class ChromiumTab {
    private final Chromium browser;
    private final String target;
    private final String session;
    private final Set<String> loaded = ConcurrentHashMap.newKeySet();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final Queue<String> refused = new ConcurrentLinkedQueue<>();
    private final Queue<String> console = new ConcurrentLinkedQueue<>();
    private final Map<String, String> downloads = new ConcurrentHashMap<>();
    private final Queue<String> saved = new ConcurrentLinkedQueue<>();

    public ChromiumTab(Chromium browser, String target, String session) {
        this.browser = browser;
        this.target = target;
        this.session = session;
        browser.listen(session, this::note);
        List.of("Page.enable", "Runtime.enable", "Network.enable", "Log.enable")
                .forEach(domain -> call(domain, Map.of()));
        call("Page.setLifecycleEventsEnabled", Map.of("enabled", true));
    }

    private void note(String method, JsonNode parameters) {
        switch (method) {
            case "Page.lifecycleEvent" -> {
                if (parameters.path("name").asText().equals("load")) {
                    loaded.add(parameters.path("loaderId").asText());
                }
            }
            case "Page.downloadWillBegin" ->
                downloads.put(
                        parameters.path("guid").asText(),
                        parameters.path("suggestedFilename").asText());
            case "Page.downloadProgress" -> {
                if (parameters.path("state").asText().equals("completed")) {
                    saved.add(downloads.remove(parameters.path("guid").asText()));
                }
            }
            case "Network.requestWillBeSent" ->
                requests.add(parameters.at("/request/url").asText());
            case "Runtime.consoleAPICalled" -> {
                List<String> words = new ArrayList<>();
                parameters
                        .path("args")
                        .forEach(arg -> words.add(arg.path("value").asText()));
                console.add(String.join(" ", words));
            }
            case "Runtime.exceptionThrown" ->
                complaints.add(
                        parameters.at("/exceptionDetails/exception/description").asText());
            case "Log.entryAdded" -> {
                if (parameters.at("/entry/source").asText().equals("security")) {
                    complaints.add(parameters.at("/entry/text").asText());
                }
            }
            case "Network.responseReceived" -> {
                if (parameters.at("/response/status").asInt() == 400) {
                    refused.add(parameters.at("/response/url").asText());
                }
            }
            default -> {}
        }
    }

    /** Opens an address and waits until that page, not the one before it, is loaded. */
    public ChromiumTab open(String url) {
        String loader =
                call("Page.navigate", Map.of("url", url)).path("loaderId").asText();
        StoredRows.await(() -> loaded.contains(loader), true);
        return this;
    }

    /** The errors of scripts, and the violations of the Content-Security-Policy. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** The addresses that answered 400, so far. */
    public List<String> refused() {
        return List.copyOf(refused);
    }

    /** What scripts wrote to the console, so far. */
    public List<String> console() {
        return List.copyOf(console);
    }

    /** The addresses that were asked for, so far. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** The value of an expression, or the result of its promise. */
    public JsonNode evaluate(String expression) {
        JsonNode answer = call(
                "Runtime.evaluate",
                Map.of("expression", expression, "awaitPromise", true, "returnByValue", true, "userGesture", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.path("exceptionDetails"));
        }
        return answer.path("result").path("value");
    }

    /**
     * Waits until the expression is true. An expression that fails counts as false: its element is missing, or the page
     * is being replaced by another one.
     */
    public void await(String expression) {
        String tried = "(() => { try { return !!(%s) } catch { return false } })()".formatted(expression);
        StoredRows.await(
                () -> {
                    try {
                        return evaluate(tried).booleanValue();
                    } catch (Chromium.PageGone navigating) {
                        return false;
                    }
                },
                true);
    }

    /** Scrolls to an element and clicks on it: in the middle, or near the left edge of a wide element. */
    public void click(String selector) {
        JsonNode middle = evaluate("""
                (() => {
                  const element = document.querySelector('%s');
                  element.scrollIntoView({block: 'center', behavior: 'instant'});
                  const {x, y, width, height} = element.getBoundingClientRect();
                  return {x: x + Math.min(width / 2, 30), y: y + height / 2};
                })()""".formatted(selector));
        for (String type : List.of("mouseMoved", "mousePressed", "mouseReleased")) {
            call(
                    "Input.dispatchMouseEvent",
                    Map.of(
                            "type",
                            type,
                            "x",
                            middle.path("x").doubleValue(),
                            "y",
                            middle.path("y").doubleValue(),
                            "button",
                            type.equals("mouseMoved") ? "none" : "left",
                            "clickCount",
                            type.equals("mouseMoved") ? 0 : 1));
        }
    }

    public void type(String selector, String text) {
        click(selector);
        call("Input.insertText", Map.of("text", text));
    }

    /**
     * Clicks on a button that saves a file in this folder, and waits for the file until the browser says that it is
     * complete. Before that, an empty file may stand under its name.
     */
    public Path save(String selector, Path folder) {
        call("Page.setDownloadBehavior", Map.of("behavior", "allow", "downloadPath", folder.toString()));
        click(selector);
        StoredRows.await(saved::size, 1);
        return folder.resolve(saved.remove());
    }

    /** Switches the network off or on. */
    public void offline(boolean offline) {
        call(
                "Network.emulateNetworkConditions",
                Map.of("offline", offline, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
    }

    /** Requests to addresses that match these patterns fail, as if there were no server. {@code *} matches anything. */
    public void unreachable(String... addresses) {
        call("Network.setBlockedURLs", Map.of("urls", List.of(addresses)));
    }

    /** Runs a script in every page before its own scripts, from the next page on. */
    public void beforeEachPage(String script) {
        call("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
    }

    public void withoutScripts() {
        call("Emulation.setScriptExecutionDisabled", Map.of("value", true));
    }

    /** Presses and releases a key: a character, or a key by its name. */
    public void press(String key) {
        Map<String, Object> stroke = new HashMap<>(Map.of("key", key));
        KeyStroke known = KeyStroke.NAMED.get(key);
        if (known != null) {
            stroke.putAll(Map.of("code", known.code(), "windowsVirtualKeyCode", known.number()));
        }
        String text = known == null ? key : known.text();
        if (!text.isEmpty()) {
            stroke.put("text", text);
        }
        stroke.put("type", text.isEmpty() ? "rawKeyDown" : "keyDown");
        call("Input.dispatchKeyEvent", stroke);
        stroke.put("type", "keyUp");
        call("Input.dispatchKeyEvent", stroke);
    }

    /** What the protocol needs for a key that is more than a character. */
    private record KeyStroke(String code, int number, String text) {
        static final Map<String, KeyStroke> NAMED = Map.of(
                "Backspace", new KeyStroke("Backspace", 8, ""),
                "Tab", new KeyStroke("Tab", 9, ""),
                "Enter", new KeyStroke("Enter", 13, "\r"),
                "Escape", new KeyStroke("Escape", 27, ""),
                " ", new KeyStroke("Space", 32, " "),
                "ArrowLeft", new KeyStroke("ArrowLeft", 37, ""),
                "ArrowRight", new KeyStroke("ArrowRight", 39, ""),
                "ArrowUp", new KeyStroke("ArrowUp", 38, ""),
                "ArrowDown", new KeyStroke("ArrowDown", 40, ""));
    }

    /** Sets the size of the window and the colour scheme, with reduced motion. */
    public void look(int width, int height, boolean dark) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        call(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    }

    /** Sets headers for every later request. */
    public void sends(Map<String, String> headers) {
        call("Network.setExtraHTTPHeaders", Map.of("headers", headers));
    }

    /** A screenshot of the whole page, as PNG. */
    public byte[] picture() {
        return Base64.getDecoder()
                .decode(call("Page.captureScreenshot", Map.of("captureBeyondViewport", true))
                        .path("data")
                        .asText());
    }

    public void toFront() {
        call("Page.bringToFront", Map.of());
    }

    public void close() {
        browser.call(null, "Target.closeTarget", Map.of("targetId", target));
    }

    public JsonNode call(String method, Map<String, ?> parameters) {
        return browser.call(session, method, parameters);
    }
}
