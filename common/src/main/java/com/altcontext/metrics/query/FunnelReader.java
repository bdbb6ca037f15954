package com.altcontext.metrics.query;

import com.altcontext.metrics.goal.Goal;
import com.altcontext.value.Fields;
import com.altcontext.value.Issues;
import com.altcontext.value.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the steps of a funnel: {@code {"path": "/pricing"}}, in which {@code *} stands for any characters, or
 * {@code {"event": "form_start", "props": {"plan": "pro"}}}. Violations are reported as issues.
 */
public final class FunnelReader {
    private static final int MAX_PATH = 2048;
    private static final int MAX_TYPE = 64;

    private FunnelReader() {}

    public static List<Goal> steps(Fields fields, Issues issues) {
        List<Goal> steps = new ArrayList<>();
        if (!(fields.value("steps") instanceof List<?> list)
                || list.size() < Funnel.MIN_STEPS
                || list.size() > Funnel.MAX_STEPS) {
            fields.issue("steps", "must be a list of " + Funnel.MIN_STEPS + " to " + Funnel.MAX_STEPS + " steps");
            return steps;
        }
        for (int i = 0; i < list.size(); i++) {
            String path = "steps." + i;
            if (!(list.get(i) instanceof Map<?, ?> step)) {
                issues.add(path, "must be an object with path or event");
                continue;
            }
            Goal.Target target = target(step, path, issues);
            if (target != null) {
                steps.add(new Goal(path, target));
            }
        }
        return steps;
    }

    private static Goal.@Nullable Target target(Map<?, ?> step, String path, Issues issues) {
        boolean isPage = step.get("path") != null;
        if (isPage == (step.get("event") != null)) {
            issues.add(path, "must have either path or event");
            return null;
        }
        String name = isPage ? "path" : "event";
        String text = text(step.get(name), isPage ? MAX_PATH : MAX_TYPE);
        if (text == null) {
            issues.add(path + '.' + name, "must be a string of 1 to " + (isPage ? MAX_PATH : MAX_TYPE) + " characters");
            return null;
        }
        Object props = step.get("props");
        if (isPage && props != null) {
            issues.add(path + ".props", "must come with an event, not with a path");
            return null;
        }
        if (isPage) {
            return new Goal.Page(text);
        }
        Goal.Prop prop = prop(props);
        if (props != null && prop == null) {
            issues.add(path + ".props", "must have exactly one key, with a string, number or boolean as its value");
            return null;
        }
        return new Goal.CustomEvent(text, prop);
    }

    private static Goal.@Nullable Prop prop(@Nullable Object props) {
        if (!(props instanceof Map<?, ?> map) || map.size() != 1) {
            return null;
        }
        Map.Entry<?, ?> only = map.entrySet().iterator().next();
        String key = text(only.getKey(), Field.MAX_KEY);
        Object sent = only.getValue();
        String value =
                sent instanceof Number || sent instanceof Boolean ? Field.PropField.text(sent) : text(sent, MAX_PATH);
        return key == null || value == null ? null : new Goal.Prop(key, value);
    }

    private static @Nullable String text(@Nullable Object value, int max) {
        return value instanceof String text && Text.lengthFault(text, 1, max) == null && Text.isStorable(text)
                ? text
                : null;
    }
}
