"""Users and the log: for admins."""

from typing import Any

from django import forms
from django.contrib.admin import display
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm
from unfold.widgets import UnfoldAdminPasswordWidget

from cscart_zoho.panel import words
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.lists import ListPage
from cscart_zoho.panel.models import LogEntry, Person
from cscart_zoho.panel.roles import Role, ensure_roles, highest, may
from cscart_zoho.store.models import AuditEntry


class NewPersonForm(UserCreationForm):  # type: ignore[type-arg]
    """A name, a password twice, and a role."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("password1", "password2"):
            self.fields[name].widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})


class PersonList(UserAdmin, ModelAdmin):  # type: ignore[type-arg,misc]
    """Users: a name, a password and a role. Nobody is deleted, accounts are switched off."""

    form = UserChangeForm
    add_form = NewPersonForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "role", "is_active", "last_login")
    list_filter = ()
    search_fields = ("username", "email")
    ordering = ("username",)
    fieldsets = ((None, {"fields": ("username", "password", "email", "groups", "is_active")}),)
    add_fieldsets = ((None, {"fields": ("username", "password1", "password2", "groups")}),)
    filter_horizontal = ()
    actions = ()

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name=f"{name}_changelist"),
            path("add/", view(self.add_view), name=f"{name}_add"),
            path("<id>/password/", view(self.user_change_password), name="auth_user_password_change"),
            path("<path:object_id>/change/", view(self.change_view), name=f"{name}_change"),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nobody takes their own role away: there would be no admin left to give it back."""
        return ("groups", "is_active") if obj is not None and obj.pk == request.user.pk else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).prefetch_related("groups")
        return rows

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **named: Any) -> Any:
        if db_field.name == "groups":
            ensure_roles()
            named["queryset"] = Group.objects.filter(name__in=[role.group for role in Role])
            named["widget"] = forms.CheckboxSelectMultiple
        field = super().formfield_for_manytomany(db_field, request, **named)
        if db_field.name == "groups" and field is not None:
            field.label = "Role"
            field.help_text = "A viewer looks, an operator runs and settles, an admin connects and chooses."
        return field

    @display(description="Role")
    def role(self, person: Person) -> SafeString | str:
        if person.is_superuser:
            return "admin"
        role = highest(group.name for group in person.groups.all())
        return role.group if role else words.badge("held", "no role", "cannot log in")

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        noted(request, "user added", str(obj))

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        fields = [
            field for part in message if isinstance(part, dict) for field in part.get("changed", {}).get("fields", [])
        ]
        noted(request, "user changed", f"{obj}: {', '.join(map(str, fields))}" if fields else str(obj))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, Role.ADMIN)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Role.ADMIN)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, Role.ADMIN)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Role.ADMIN)


class LogList(ListPage):
    """Who did what to the connector."""

    sees = Role.ADMIN
    list_display = ("when", "who", "what", "detail")
    list_filter = ("what",)
    search_fields = ("who", "what", "detail")
    ordering = ("-pk",)

    @display(description="When", ordering="at")
    def when(self, entry: AuditEntry) -> str:
        return f"{entry.at:%Y-%m-%d %H:%M:%S}"


MODELS = ((Person, PersonList), (LogEntry, LogList))
