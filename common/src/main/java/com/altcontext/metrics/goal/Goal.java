package com.altcontext.metrics.goal;

import com.altcontext.db.LikePattern;
import com.altcontext.db.SqlFragment;
import com.altcontext.value.Issues;
import com.altcontext.value.Rejected;
import com.altcontext.value.Text;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A page view or an event that a property counts as success. A session reaches a goal or does not.
 *
 * @param name 1 to 64 characters, shown to people
 */
public record Goal(String name, Target target) {
    /** What must happen: a page view or an event. */
    public sealed interface Target {}

    /** @param pattern a path in which {@code *} stands for any characters */
    public record Page(String pattern) implements Target {}

    /**
     * An event of a type.
     *
     * @param prop the key and value that its properties must have; null if none is required
     */
    public record CustomEvent(String type, @Nullable Prop prop) implements Target {}

    /** A key of {@code props} and its value as text. */
    public record Prop(String key, String value) {}

    private static final int MAX_NAME = 64;
    private static final int MAX_PATH = 2048;
    private static final int MAX_EVENT_TYPE = 64;
    private static final int MAX_PROP = 255;

    /**
     * Makes a goal from a request; texts are trimmed. All broken rules are reported, with the paths {@code name},
     * {@code path}, {@code event} and {@code prop}.
     *
     * @param path a pattern, or null
     * @param event a type, or null
     * @param prop {@code key=value}, or null
     * @throws Rejected unless it has a name and either a path or an event, and a prop only with an event
     */
    public static Goal of(String name, @Nullable String path, @Nullable String event, @Nullable String prop) {
        Issues issues = new Issues();
        String checkedName = name.strip();
        String fault = Text.nameFault(checkedName, MAX_NAME);
        if (fault != null) {
            issues.add("name", fault);
        }
        Target target = null;
        if (path != null && event == null && prop == null) {
            target = new Page(checked(issues, "path", path, MAX_PATH));
        } else if (path == null && event != null) {
            target = new CustomEvent(checked(issues, "event", event, MAX_EVENT_TYPE), prop(issues, prop));
        } else {
            issues.add("path", "is required if there is no event, and cannot be combined with event or prop");
        }
        issues.throwIfAny();
        return new Goal(checkedName, Objects.requireNonNull(target));
    }

    private static @Nullable Prop prop(Issues issues, @Nullable String text) {
        if (text == null) {
            return null;
        }
        int equals = text.indexOf('=');
        if (equals < 0) {
            issues.add("prop", "must be like plan=pro");
            return null;
        }
        return new Prop(
                checked(issues, "prop", text.substring(0, equals), MAX_PROP),
                checked(issues, "prop", text.substring(equals + 1), MAX_PROP));
    }

    private static String checked(Issues issues, String field, String value, int max) {
        String text = value.strip();
        String fault = Text.lengthFault(text, 1, max);
        if (fault != null || !Text.isStorable(text)) {
            issues.add(field, fault == null ? Text.UNSTORABLE : fault);
        }
        return text;
    }

    /** The type of the events that can reach this goal. */
    public String eventType() {
        return target instanceof CustomEvent event ? event.type : "page_view";
    }

    /** The {@code LIKE} pattern that the path of such an event must match; null if any path does. */
    public @Nullable String pathPattern() {
        return target instanceof Page page ? LikePattern.ofWildcards(page.pattern) : null;
    }

    /** The key that {@code props} of such an event must have; null if none is required. */
    public @Nullable String propKey() {
        return target instanceof CustomEvent event && event.prop != null ? event.prop.key : null;
    }

    /** The value that this key must have, as text. */
    public @Nullable String propValue() {
        return target instanceof CustomEvent event && event.prop != null ? event.prop.value : null;
    }

    /** The SQL condition that an event {@code g} reaches one of the goals. */
    public static SqlFragment reachedBy(List<Goal> goals) {
        return SqlFragment.any(goals.stream().map(Goal::reached).toList());
    }

    /** The SQL condition that an event {@code g} reaches this goal. */
    public SqlFragment reached() {
        return switch (target) {
            case Page page ->
                SqlFragment.of("(g.event_type = 'page_view' AND ?)", PageIndex.matches("g", page.pattern));
            case CustomEvent event -> {
                Prop prop = event.prop;
                yield prop == null
                        ? SqlFragment.of("g.event_type = ?", event.type)
                        : SqlFragment.of(
                                "(g.event_type = ? AND g.props ->> ?::text = ?)", event.type, prop.key, prop.value);
            }
        };
    }
}
