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
 * Finds the property of a request: the property that it names, or the operator's default, or all properties together.
 */
@Singleton
final class RequestedProperties {
    private final Properties properties;
    private final RequestAttribution attribution;
    private final @Nullable String defaultProperty;

    RequestedProperties(Properties properties, RequestAttribution attribution, AppConfig config) {
        this.properties = properties;
        this.attribution = attribution;
        this.defaultProperty = config.metrics().defaultProperty().orElse(null);
    }

    /**
     * Finds the property with this slug. An unknown property is reported as an issue, and the result then has the time
     * zones of all properties.
     *
     * @param given the slug in the request; null if it has none
     * @throws Refusal if the caller's key is for other properties
     */
    RequestedProperty named(RequestContext request, @Nullable String given, Issues issues) {
        String slug = given == null ? defaultProperty : given;
        request.requireProperty(slug);
        Property property = slug == null ? null : attribution.property(slug);
        if (slug != null && property == null) {
            issues.add(
                    "propertyId",
                    given == null
                            ? "is missing, and the default in ROLLUP_DEFAULT_PROPERTY_ID is not a known property"
                            : "is not a known property");
        }
        Collection<Property> all = property == null ? properties.all() : List.of(property);
        return new RequestedProperty(
                slug, PropertyZones.of(all), request.permissions().isShare());
    }
}
