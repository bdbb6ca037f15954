package com.altcontext.metrics;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What counts as reached on a property. A session reaches a goal or does not.
 *
 * @param name 1 to 64 characters, for people
 */
public record Goal(String name, Target target) {
    /** A page or an event. */
    public sealed interface Target {}

    /** @param pattern a path in which {@code *} stands for any characters */
    public record Page(String pattern) implements Target {}

    /**
     * An event of a type.
     *
     * @param prop what it must carry; null if nothing
     */
    public record Happening(String type, @Nullable Prop prop) implements Target {}

    /** A key of {@code props} and its value as text. */
    public record Prop(String key, String value) {}

    /** That an event {@code g} reaches one of the goals. */
    public static Condition reachedBy(List<Goal> goals) {
        return Condition.any(goals.stream().map(Goal::reached).toList());
    }

    /** That an event {@code g} reaches it. */
    public Condition reached() {
        return switch (target) {
            case Page page ->
                Condition.of("(g.event_type = 'page_view' AND g.path LIKE ?)", LikePattern.ofWildcards(page.pattern));
            case Happening event -> {
                Prop prop = event.prop;
                yield prop == null
                        ? Condition.of("g.event_type = ?", event.type)
                        : Condition.of(
                                "(g.event_type = ? AND g.props ->> ?::text = ?)", event.type, prop.key, prop.value);
            }
        };
    }
}
