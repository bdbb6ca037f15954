package com.altcontext.api.metrics;

import com.altcontext.api.config.AppConfig;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.metrics.query.PropertyZones;
import com.altcontext.property.Properties;
import com.altcontext.property.Property;
import com.altcontext.value.Issues;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the property that a question is about: the one that it names, else the operator's default, else all together.
 */
@Singleton
final class AskedProperties {
    private final Properties properties;
    private final RequestAttribution attribution;
    private final @Nullable String defaultProperty;

    AskedProperties(Properties properties, RequestAttribution attribution, AppConfig config) {
        this.properties = properties;
        this.attribution = attribution;
        this.defaultProperty = config.metrics().defaultProperty().orElse(null);
    }

    /**
     * An unknown one is an issue; the zones are then those of all properties.
     *
     * @throws Refusal if the caller's key is for other properties
     */
    AskedProperty named(RequestContext request, @Nullable String given, Issues issues) {
        String slug = given == null ? defaultProperty : given;
        request.requireProperty(slug);
        Property property = slug == null ? null : attribution.property(slug);
        if (slug != null && property == null) {
            issues.add(
                    "propertyId",
                    given == null
                            ? "is absent, and ROLLUP_DEFAULT_PROPERTY_ID is not a known property"
                            : "is not a known property");
        }
        Collection<Property> all = property == null ? properties.all() : List.of(property);
        return new AskedProperty(
                slug, PropertyZones.of(all), request.permissions().isShare());
    }
}
